-- Adds jobs to the scheduled jobs, and registers their names. A script, because a delay counts from Redis's time.
-- Delays round up, so that no job runs early.
--
-- KEYS[1]  scheduled
-- KEYS[2]  known_jobs
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  how long a carrier outlives the run time, in milliseconds
-- ARGV[3…] for each job: name, entry, 'in' or 'at', seconds (of delay, or since the epoch),
--          its carrier and the carrier's key, or '' and ''
-- Returns  the run times, in seconds since the epoch, as text
local milliseconds = tonumber(ARGV[1])
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.ceil(time[2] / 1000)
end

-- Every key written below is read first: a key of the wrong kind, or one that is leaving this node of a Cluster, ends
-- the script before the first job is enqueued.
redis.call('ZCARD', KEYS[1])
redis.call('SCARD', KEYS[2])
for i = 3, #ARGV, 6 do
  if ARGV[i + 4] ~= '' then redis.call('EXISTS', ARGV[i + 5]) end
end

local runTimes = {}
for i = 3, #ARGV, 6 do
  local at = tonumber(ARGV[i + 3])
  if ARGV[i + 2] == 'in' then at = at + math.ceil(milliseconds / 1000) end
  local score = string.format('%.0f', at)
  redis.call('SADD', KEYS[2], ARGV[i])
  redis.call('ZADD', KEYS[1], score, ARGV[i + 1])
  if ARGV[i + 4] ~= '' then
    local lasts = ARGV[2] + math.max(0, at * 1000 - milliseconds)
    redis.call('SET', ARGV[i + 5], ARGV[i + 4], 'PX', string.format('%.0f', lasts))
  end
  table.insert(runTimes, score)
end
return runTimes
