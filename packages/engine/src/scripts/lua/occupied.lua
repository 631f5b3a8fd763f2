-- Finds the names of which a pool has jobs in progress, or a share of the lock.
--
-- KEYS     the queues of the names
-- ARGV[1]  pool id
-- Returns  { index of a queue, … }
local occupied = {}
for i, queue in ipairs(KEYS) do
  local isOccupied = redis.call('EXISTS', queue .. ':' .. ARGV[1] .. ':inprogress') == 1
    or redis.pcall('HEXISTS', queue .. ':lock_info', ARGV[1]) == 1
  if isOccupied then occupied[#occupied + 1] = i end
end
return occupied
