-- Takes jobs out of progress of which nothing more is to be written: they are done, or failed and not kept. As in
-- settle.lua, an entry that is not there is somebody else's by now, or was taken out by an earlier call whose reply was
-- lost, and no lock is lowered for it; and the removal comes first, because it is allowed when Redis is out of memory.
--
-- Mostly they are the oldest of their list, and end in their order: then one look finds all of them, and one trim takes
-- them out. To remove them one by one costs Redis about twice as much.
--
-- KEYS[i]    the queues
-- ARGV[1]    pool id
-- ARGV[2i]   for KEYS[i]: how many jobs
-- ARGV[2i+1] and their entries, separated by a NUL, which no job's entry contains
-- Returns    the positions (from 0, over all queues) of the jobs that were not in progress
local pool = ARGV[1]
local lost, position = {}, 0

-- The oldest of a list stand on the right.
local function areOldest(list, n, packed)
  local newestFirst, oldestFirst = redis.call('LRANGE', list, -n, -1), {}
  for j = 1, #newestFirst do oldestFirst[j] = newestFirst[#newestFirst + 1 - j] end
  return table.concat(oldestFirst, '\0') == packed
end

-- Takes out those that are there. Returns how many that were.
local function takeEach(list, packed)
  local taken, j = 0, 0
  for entry in packed:gmatch('%Z+') do
    if redis.call('LREM', list, -1, entry) == 1 then
      taken = taken + 1
    else
      lost[#lost + 1] = position + j
    end
    j = j + 1
  end
  return taken
end

for i, queue in ipairs(KEYS) do
  local list = queue .. ':' .. pool .. ':inprogress'
  local n, packed = tonumber(ARGV[2 * i]), ARGV[2 * i + 1]
  local taken = n
  if areOldest(list, n, packed) then
    redis.call('LTRIM', list, 0, -n - 1)
  else
    taken = takeEach(list, packed)
  end
  if taken > 0 then
    redis.call('DECRBY', queue .. ':lock', taken)
    redis.call('HINCRBY', queue .. ':lock_info', pool, -taken)
  end
  position = position + n
end
return lost
