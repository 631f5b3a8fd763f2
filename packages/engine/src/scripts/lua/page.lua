-- Reads entries of a list or sorted set, limited in number and in bytes. Changes nothing. Runs after read-some.lua.
--
-- KEYS[1]    the list or set
-- ARGV[1]    'list' or 'set'
-- ARGV[2]    'forwards' (a list from the left, a set from the lowest score) or 'backwards'
-- ARGV[3]    how many entries to skip
-- ARGV[4..5] the maximum number of entries, and of bytes, to read; a single entry may exceed it
-- Returns    { total number of entries, { entry, score, … } }, the scores only for a set
local key, isSet, backwards, from = KEYS[1], ARGV[1] == 'set', ARGV[2] == 'backwards', tonumber(ARGV[3])

local function ofSet(offset, count)
  local first = from + offset
  return redis.call(backwards and 'ZREVRANGE' or 'ZRANGE', key, first, first + count - 1, 'WITHSCORES')
end

local function ofList(offset, count)
  local first = from + offset
  if not backwards then return redis.call('LRANGE', key, first, first + count - 1) end
  local entries, reversed = redis.call('LRANGE', key, -first - count, -first - 1), {}
  for i = #entries, 1, -1 do reversed[#reversed + 1] = entries[i] end
  return reversed
end

local total = redis.call(isSet and 'ZCARD' or 'LLEN', key)
local entries = readSome(isSet and ofSet or ofList, isSet and 2 or 1, tonumber(ARGV[4]), tonumber(ARGV[5]))
return { total, entries }
