-- Puts the jobs that a stopping pool still has in progress back to the end of their queue that is fetched next, and
-- ends the pool's share of the locks. No component would check the pool's lists afterwards. Long entries take several
-- calls. Runs after set-share.lua.
--
-- KEYS     the queues
-- ARGV[1]  pool id
-- ARGV[2]  the maximum number of jobs to put back
-- ARGV[3]  the maximum bytes of jobs to put back; the last job may exceed it
-- Returns  { how many jobs were put back, 1 if none are left in progress }
local pool, most, maxBytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local released, bytes = 0, 0

for _, queue in ipairs(KEYS) do
  redis.call('LLEN', queue) -- A key of the wrong kind ends the script before it costs jobs.
  local inProgress = queue .. ':' .. pool .. ':inprogress'
  local left = redis.call('LLEN', inProgress)
  while left > 0 and released < most and bytes < maxBytes do
    -- The newest goes first, so that the oldest is fetched next.
    bytes = bytes + #redis.call('LMOVE', inProgress, queue, 'LEFT', 'RIGHT')
    released = released + 1
    left = left - 1
  end
  setShare(queue .. ':lock_info', queue .. ':lock', pool, left)
  if left > 0 then return { released, 0 } end
end
return { released, 1 }
