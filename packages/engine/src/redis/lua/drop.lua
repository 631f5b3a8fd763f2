-- Takes jobs out of progress of which nothing more is to be written: they are done, or failed and not kept. As in
-- settle.lua, an entry that is not there is somebody else's by now, or was taken out by an earlier call whose reply was
-- lost, and no lock is lowered for it; and the removal comes first, because it is allowed when Redis is out of memory.
--
-- Mostly they are the oldest of their list, and end in their order: then one look finds all of them, and one trim takes
-- them out. To remove them one by one costs Redis about twice as much.
--
-- KEYS[i]    the queues
-- ARGV[1]    pool id
-- ARGV[2…]   for each queue: how many jobs, and their entries
-- Returns    the positions (from 0, over all queues) of the jobs that were not in progress
local pool = ARGV[1]
local lost = {}
local at, position = 2, 0

-- The oldest of a list stand on the right.
local function areOldest(list, n)
  if redis.call('LINDEX', list, -1) ~= ARGV[at + 1] then return false end
  local oldest = redis.call('LRANGE', list, -n, -1)
  for j = 1, n do
    if oldest[n + 1 - j] ~= ARGV[at + j] then return false end
  end
  return true
end

-- Returns how many were there.
local function take(list, n)
  if areOldest(list, n) then
    redis.call('LTRIM', list, 0, -n - 1)
    return n
  end
  local taken = 0
  for j = 1, n do
    if redis.call('LREM', list, -1, ARGV[at + j]) == 1 then
      taken = taken + 1
    else
      table.insert(lost, position + j - 1)
    end
  end
  return taken
end

for _, queue in ipairs(KEYS) do
  local n = tonumber(ARGV[at])
  local taken = take(queue .. ':' .. pool .. ':inprogress', n)
  if taken > 0 then
    redis.call('DECRBY', queue .. ':lock', taken)
    redis.call('HINCRBY', queue .. ':lock_info', pool, -taken)
  end
  at = at + 1 + n
  position = position + n
end
return lost
