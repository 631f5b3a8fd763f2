-- Reads the state of all pools, for a dead pool reaper. One of several reapers looks per period.
--
-- A pool without a heartbeat, or one that appears only in a job's locks, may be starting or stopping (gocraft/work
-- starts its workers before the first beat). It becomes a suspect, and the time of the first suspicion is recorded
-- here, for all reapers.
--
-- One look reads the locks of only some names, and the next one continues from there, so that it does not block Redis,
-- however many names there are.
--
-- While Redis refuses writes, this script fails with its first write. Other pools' beats then fail as well, and no
-- pool may be judged by them.
--
-- KEYS[1..5] worker_pools, known_jobs, the suspects, the reapers' turn, their position in the names
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    the namespace's prefix
-- ARGV[3]    the calling pool's id
-- ARGV[4]    the length of a turn in milliseconds; 0 to look in any case
-- ARGV[5]    the approximate number of names whose locks are read
-- Returns    { now in seconds, 0 } if it is another's turn, else
--            { now in seconds, { id, heartbeat_at or '', job_names or '', suspected since or '' }, … }, including the calling
--            pool
local milliseconds, prefix, own, turn = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
if turn > 0 and not redis.call('SET', KEYS[4], own, 'NX', 'PX', turn) then return { now, 0 } end

local reply, beats = { now }, {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local beat = redis.call('HMGET', prefix .. 'worker_pools:' .. id, 'heartbeat_at', 'job_names')
  if beat[1] then
    beats[id] = true
    table.insert(reply, { id, beat[1], beat[2] or '', '' })
  else
    redis.call('HSETNX', KEYS[3], id, now)
  end
end

local cursor = redis.call('GET', KEYS[5])
local names = redis.call('SSCAN', KEYS[2], cursor or '0', 'COUNT', ARGV[5])
for _, name in ipairs(names[2]) do
  local shares = redis.pcall('HKEYS', prefix .. 'jobs:' .. name .. ':lock_info')
  for _, id in ipairs(shares) do
    if not beats[id] then redis.call('HSETNX', KEYS[3], id, now) end
  end
end
if names[1] ~= '0' then
  redis.call('SET', KEYS[5], names[1], 'EX', 3600)
elseif cursor then
  redis.call('DEL', KEYS[5])
end

local suspects = redis.call('HGETALL', KEYS[3])
for i = 1, #suspects, 2 do
  local id, since = suspects[i], suspects[i + 1]
  if beats[id] then redis.call('HDEL', KEYS[3], id) else table.insert(reply, { id, '', '', since }) end
end
return reply
