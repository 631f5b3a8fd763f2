-- Forgets a schedule that no pool registers, a part of its firings at a time. Whether one does is looked up here and not
-- before: a pool that has just started beats first, and then adds the firings.
--
-- KEYS[1..2] scheduled, worker_pools
-- KEYS[3]    the last firings by schedule
-- KEYS[4…]   what else is remembered by schedule
-- ARGV[1]    the namespace's prefix
-- ARGV[2]    the schedule's id, and as a heartbeat names it
-- ARGV[4]    what its entries begin with
-- ARGV[5]    1 if this is the last part
-- ARGV[6…]   the times of the firings to take away
-- Returns    how many were taken away, or -1 if a pool registers it
for _, pool in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local schedules = redis.call('HGET', ARGV[1] .. 'worker_pools:' .. pool, 'schedules')
  if schedules and string.find(schedules, ARGV[3], 1, true) then return -1 end
end

-- A pool that starts between two parts adds all of them again.
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
