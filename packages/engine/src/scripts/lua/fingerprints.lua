-- Reads what entries of a list are recognised by: their length, their beginning and their end. Changes nothing. Runs after
-- read-some.lua.
--
-- KEYS[1]    the list
-- ARGV[1]    how many entries to pass over
-- ARGV[2..3] how many entries, and how many bytes of them, to look at; one may have more
-- ARGV[4..5] how many bytes to show of the beginning and of the end
-- Returns    { how many entries there are in all, length and bytes of an entry, … }
local key, from, head, tail = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local reply = { redis.call('LLEN', key) }
local function read(offset, count) return redis.call('LRANGE', key, from + offset, from + offset + count - 1) end

for _, entry in ipairs(readSome(read, 1, tonumber(ARGV[2]), tonumber(ARGV[3]))) do
  reply[#reply + 1] = #entry
  reply[#reply + 1] = entry:sub(1, head) .. entry:sub(-tail)
end
return reply
