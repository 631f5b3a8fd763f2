-- Forgets a schedule that no pool registers, some of its firings per call. Checks here, rather than beforehand,
-- whether a pool registers it: a starting pool first beats and then adds the firings.
--
-- KEYS[1..2] scheduled, worker_pools
-- KEYS[3]    the last firings by schedule
-- KEYS[4…]   further records by schedule
-- ARGV[1]    the namespace's prefix
-- ARGV[2..3] the schedule's id, and its text in a heartbeat
-- ARGV[4]    the beginning of its entries
-- ARGV[5]    1 if this is the last part
-- ARGV[6…]   the times of the firings to remove
-- Returns    the number of removed firings, or -1 if a pool registers it
for _, pool in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local schedules = redis.call('HGET', ARGV[1] .. 'worker_pools:' .. pool, 'schedules')
  if schedules and string.find(schedules, ARGV[3], 1, true) then return -1 end
end

-- A pool that starts between two calls adds all firings again.
if ARGV[5] ~= '1' then redis.call('HSET', KEYS[3], ARGV[2], 0) end
local removed = 0
for i = 6, #ARGV do
  for _, entry in ipairs(findFirings(KEYS[1], ARGV[4], ARGV[i])) do
    removed = removed + redis.call('ZREM', KEYS[1], entry)
  end
end
if ARGV[5] == '1' then
  for i = 3, #KEYS do redis.call('HDEL', KEYS[i], ARGV[2]) end
end
return removed
