-- Forgets a job name and its bookkeeping, unless its jobs are waiting or in progress.
--
-- KEYS[1]    known_jobs
-- KEYS[2..6] its queue, paused, lock, lock_info, max_concurrency
-- ARGV[1]    job name
-- Returns    { waiting jobs, jobs in progress }; both 0 if the name was forgotten
local waiting = redis.call('LLEN', KEYS[2])
local running = 0
for _, share in ipairs(redis.call('HVALS', KEYS[5])) do
  running = running + math.max(0, tonumber(share) or 0)
end
if waiting == 0 and running == 0 then
  redis.call('SREM', KEYS[1], ARGV[1])
  redis.call('DEL', unpack(KEYS, 2))
end
return { waiting, running }
