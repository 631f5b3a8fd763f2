-- Adds firings of schedules to the scheduled jobs: those that come after the last one that was ever added, so that
-- each is added once in the whole fleet, even when it has already been moved to its queue. What was added while a
-- fleet was down, and is not wanted any more, is taken away.
--
-- KEYS[1..4] scheduled, known_jobs, the last firings by schedule, last_periodic_enqueue
-- ARGV[1]    now in seconds
-- ARGV[2…]   for each schedule: its id without a time, job name, the last firing if that lies further ahead than any
--            clock can be right or else '', how many entries to take away, them, how many firings, { time, entry }
-- Returns    how many firings were added
local added = 0
local i = 2
while i <= #ARGV do
  local id, name, wrong, stale = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  i = i + 4
  redis.call('SADD', KEYS[2], name)
  for _ = 1, stale do
    redis.call('ZREM', KEYS[1], ARGV[i])
    i = i + 1
  end
  local last = redis.call('HGET', KEYS[3], id)
  if last == wrong then last = nil end
  last = tonumber(last or '') or 0
  local firings = tonumber(ARGV[i])
  i = i + 1
  for _ = 1, firings do
    local time = tonumber(ARGV[i])
    if time > last then
      redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1])
      redis.call('HSET', KEYS[3], id, ARGV[i])
      last = time
      added = added + 1
    end
    i = i + 2
  end
end
redis.call('SET', KEYS[4], ARGV[1])
return added
