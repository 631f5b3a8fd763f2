-- Reads the fingerprints of a list's entries: their length, beginning and end. Changes nothing. Runs after
-- read-some.lua.
--
-- KEYS[1]    the list
-- ARGV[1]    how many entries to skip
-- ARGV[2..3] the maximum number of entries, and of bytes, to read; a single entry may exceed it
-- ARGV[4..5] how many bytes of the beginning and of the end to return
-- Returns    { total number of entries, length and bytes of an entry, … }
local key, from, head, tail = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local reply = { redis.call('LLEN', key) }
local function read(offset, count) return redis.call('LRANGE', key, from + offset, from + offset + count - 1) end

for _, entry in ipairs(readSome(read, 1, tonumber(ARGV[2]), tonumber(ARGV[3]))) do
  reply[#reply + 1] = #entry
  reply[#reply + 1] = entry:sub(1, head) .. entry:sub(-tail)
end
return reply
