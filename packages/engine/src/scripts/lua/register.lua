-- Registers a pool's job names and their limits where Redis lacks them, for example after it has lost its data. Only
-- reads while nothing is missing. Writes the missing limits, or all of them. Redis accepts the script even when its
-- memory is full, like beat.lua.
--
-- Notes the format of the data that the pool writes, and stops where a newer version has written data.
--
-- KEYS[1..4] worker_pools, the pool's heartbeat, known_jobs, the format
-- KEYS[4+i]  the limits, named max_concurrency
-- ARGV[1]    pool id
-- ARGV[2]    '1' to write all limits, else ''
-- ARGV[3]    the pool's format
-- ARGV[3+i]  the limits
-- ARGV[…]    the names
-- Returns    { when the pool was registered, or '' if it is not, the number of missing names and limits,
--            { the previous limits, or '' } if all are written, else {} }; or only the format in Redis, if it is newer
local limits, missing, before = #KEYS - 4, 0, {}
redis.call('HDEL', KEYS[2], '')

local own, format = tonumber(ARGV[3]), tonumber(redis.call('GET', KEYS[4]) or 0) or 0
if format > own then return format end
if format < own then redis.call('SET', KEYS[4], own) end

local BATCH = 1000 -- unpack() has a limit.
for first = 4 + limits, #ARGV, BATCH do
  local last = math.min(#ARGV, first + BATCH - 1)
  local unknown = {}
  for i, isKnown in ipairs(redis.call('SMISMEMBER', KEYS[3], unpack(ARGV, first, last))) do
    if isKnown == 0 then table.insert(unknown, ARGV[first + i - 1]) end
  end
  if #unknown > 0 then redis.call('SADD', KEYS[3], unpack(unknown)) end
  missing = missing + #unknown
end

for i = 1, limits do
  local key, limit = KEYS[4 + i], ARGV[3 + i]
  if ARGV[2] == '1' then
    before[i] = redis.call('GET', key) or ''
    redis.call('SET', key, limit)
  elseif redis.call('SET', key, limit, 'NX') then
    missing = missing + 1
  end
end

local isListed = redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1
return { isListed and redis.call('HGET', KEYS[2], 'started_at') or '', missing, before }
