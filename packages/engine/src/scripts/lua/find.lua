-- Looks for a text in the entries of sorted sets and lists, for as long as a script may keep Redis busy; the caller
-- goes on from there. Changes nothing. Runs after read-some.lua.
--
-- Of a set, the latest time is looked at first, and of a list what was put last: entries leave at the other end, and
-- what stands here is not passed over because of that.
--
-- KEYS     where to look, in this order
-- ARGV[1]  how many entries of KEYS[1] to pass over
-- ARGV[2…] what to look for: any of these
-- Returns  { where to go on: index of the key, or 0 at the end; and how many of its entries to pass over;
--            for each entry that was found: index of its key, how many stand before it, entry }
local ENTRIES, BYTES = 500, 256 * 1024
local looked, bytes = 0, 0
local reply = { 0, 0 }

local function matches(entry)
  for i = 2, #ARGV do
    if string.find(entry, ARGV[i], 1, true) then return true end
  end
  return false
end

-- How many entries there are, and the command that reads some of them.
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
