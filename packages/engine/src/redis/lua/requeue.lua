-- Moves due jobs to their queues: each only if it is still there, so that of several requeuers one moves it. A job
-- whose name nobody ever knew, and an entry that is no job, goes to the dead jobs.
--
-- KEYS[1..3] retry or scheduled, known_jobs, dead
-- KEYS[3+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2…]   for each job: index of its queue or 0 for none, name, entry, entry for the queue, entry for the dead jobs
-- Returns    { how many went to their queues, how many to the dead jobs }
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and math.floor(milliseconds / 1000) or redis.call('TIME')[1]
local requeued, dead = 0, 0
for i = 2, #ARGV, 5 do
  local queue, name = tonumber(ARGV[i]), ARGV[i + 1]
  if redis.call('ZREM', KEYS[1], ARGV[i + 2]) == 1 then
    if queue > 0 and redis.call('SISMEMBER', KEYS[2], name) == 1 then
      redis.call('LPUSH', KEYS[3 + queue], ARGV[i + 3])
      requeued = requeued + 1
    else
      redis.call('ZADD', KEYS[3], now, ARGV[i + 4])
      dead = dead + 1
    end
  end
end
return { requeued, dead }
