-- Searches the entries of sorted sets and lists for a text, for as long as a script may block Redis; the caller
-- continues from there. Changes nothing. Runs after read-some.lua.
--
-- A set is searched from the latest time, and a list from its newest entry. Entries leave at the other end, so the
-- search does not skip any when that happens.
--
-- KEYS     the keys to search, in this order
-- ARGV[1]  how many entries of KEYS[1] to skip
-- ARGV[2…] the texts to search for, any of which matches
-- Returns  { where to continue: index of the key, or 0 at the end; and how many of its entries to skip;
--            for each match: index of its key, number of entries before it, entry }
local ENTRIES, BYTES = 500, 256 * 1024
local looked, bytes = 0, 0
local reply = { 0, 0 }

local function matches(entry)
  for i = 2, #ARGV do
    if string.find(entry, ARGV[i], 1, true) then return true end
  end
  return false
end

-- Returns the number of entries, and the command that reads some of them.
local function open(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'zset' then return redis.call('ZCARD', key), 'ZREVRANGE' end
  if kind == 'list' then return redis.call('LLEN', key), 'LRANGE' end
  return 0
end

for k, key in ipairs(KEYS) do
  local total, command = open(key)
  local rank = k == 1 and tonumber(ARGV[1]) or 0
  looked = looked + 1
  while rank < total do
    if looked >= ENTRIES or bytes >= BYTES then
      reply[1], reply[2] = k, rank
      return reply
    end
    local entries, n = readSome(function(offset, count)
      return redis.call(command, key, rank + offset, rank + offset + count - 1)
    end, 1, ENTRIES - looked, BYTES - bytes)
    for j, entry in ipairs(entries) do
      bytes = bytes + #entry
      if matches(entry) then
        table.insert(reply, k)
        table.insert(reply, rank + j - 1)
        table.insert(reply, entry)
      end
    end
    rank = rank + n
    looked = looked + n
  end
end
return reply
