-- Reads how all pools are, for a dead pool reaper. Of several reapers one looks in a period.
--
-- A pool that shows no heartbeat, or only in a job's locks, may be one that is starting or stopping (gocraft/work
-- starts its workers before its first beat): it is suspected, and since when is remembered here, for all reapers.
--
-- KEYS[1..4] worker_pools, known_jobs, the suspects, the reapers' turn
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    the namespace's prefix
-- ARGV[3]    the own pool's id
-- ARGV[4]    milliseconds that a turn lasts; 0 to look in any case
-- Returns    nil if it is another's turn, else
--            { now in seconds, { id, heartbeat_at or '', job_names or '', suspected since or '' }, … }
local milliseconds, prefix, own, turn = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
if turn > 0 and not redis.call('SET', KEYS[4], own, 'NX', 'PX', turn) then return nil end

local suspects = {}
local function suspectedSince(id)
  redis.call('HSETNX', KEYS[3], id, now)
  suspects[id] = true
  return redis.call('HGET', KEYS[3], id)
end

local reply = { now }
local listed = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  listed[id] = true
  local beat = redis.call('HMGET', prefix .. 'worker_pools:' .. id, 'heartbeat_at', 'job_names')
  local since = not beat[1] and suspectedSince(id) or ''
  table.insert(reply, { id, beat[1] or '', beat[2] or '', since })
end
for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local shares = redis.pcall('HKEYS', prefix .. 'jobs:' .. name .. ':lock_info')
  for _, id in ipairs(shares) do
    if not listed[id] then
      listed[id] = true
      table.insert(reply, { id, '', '', suspectedSince(id) })
    end
  end
end
for _, id in ipairs(redis.call('HKEYS', KEYS[3])) do
  if not suspects[id] then redis.call('HDEL', KEYS[3], id) end
end
return reply
