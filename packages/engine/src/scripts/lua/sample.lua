-- Reads random entries of a sorted set, limited in number and in bytes. Changes nothing. Runs after read-some.lua.
--
-- KEYS[1]    the set
-- ARGV[1..2] the maximum number of entries, and of bytes, to read; a single entry may exceed it
-- Returns    the entries
local function ofSet(_, count) return redis.call('ZRANDMEMBER', KEYS[1], count) end

local entries = readSome(ofSet, 1, tonumber(ARGV[1]), tonumber(ARGV[2]))
return entries
