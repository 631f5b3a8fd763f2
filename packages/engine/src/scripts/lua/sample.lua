-- Reads some entries of a sorted set at random, bounded in number and in bytes. Changes nothing. Runs after read-some.lua.
--
-- KEYS[1]    the set
-- ARGV[1..2] how many entries and how many bytes to read at most; one entry may have more
-- Returns    the entries
local function ofSet(_, count) return redis.call('ZRANDMEMBER', KEYS[1], count) end

local entries = readSome(ofSet, 1, tonumber(ARGV[1]), tonumber(ARGV[2]))
return entries
