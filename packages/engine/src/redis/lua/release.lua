-- Puts everything that a pool still has in progress back to where its queue is taken from next, oldest first, and
-- ends the pool's share of the locks. For a pool that stops; nobody would look at its lists afterwards.
--
-- KEYS     the queues
-- ARGV[1]  pool id
-- Returns  how many jobs were put back
local released = 0
for _, queue in ipairs(KEYS) do
  redis.call('LLEN', queue) -- A key of the wrong kind ends this before it costs jobs.
  local inProgress = queue .. ':' .. ARGV[1] .. ':inprogress'
  local entry = redis.call('LPOP', inProgress) -- the newest, so that the oldest ends up last, to be taken first
  while entry do
    redis.call('RPUSH', queue, entry)
    released = released + 1
    entry = redis.call('LPOP', inProgress)
  end
  redis.call('HDEL', queue .. ':lock_info', ARGV[1])
  local running = 0
  for _, share in ipairs(redis.call('HVALS', queue .. ':lock_info')) do
    running = running + math.max(0, tonumber(share) or 0)
  end
  redis.call('SET', queue .. ':lock', running)
end
return released
