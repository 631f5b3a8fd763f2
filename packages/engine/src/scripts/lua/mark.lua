-- Marks a job as cancelled: a pool that runs it aborts it, and a pool that fetches it drops it.
--
-- KEYS[1]  the marks
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  a mark's lifetime in milliseconds
-- ARGV[3]  the job's id
-- Returns  1, or 0 if it was already marked
local milliseconds = tonumber(ARGV[1])
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.floor(time[2] / 1000)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', milliseconds))
local isNew = redis.call('ZADD', KEYS[1], string.format('%.0f', milliseconds + tonumber(ARGV[2])), ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return isNew
