-- Takes jobs out of progress of which nothing more is to be written: they are done, or failed and not kept. As in
-- settle.lua, an entry that is not there is somebody else's by now, or was taken out by an earlier call whose reply was
-- lost, and no lock is lowered for it; and the removal comes first, because it is allowed when Redis is out of memory.
--
-- Mostly they are the oldest of their list, and end in their order: then one look finds all of them, and one trim takes
-- them out. To remove them one by one costs Redis about twice as much.
--
-- To join long texts costs Lua several copies of each, so they come in groups that are short, or of one.
--
-- KEYS[i]    for each group of jobs: its queue
-- ARGV[1]    pool id
-- ARGV[2i]   for group i: how many jobs
-- ARGV[2i+1] and their entries, separated by a NUL, which no job's entry contains that has been run
-- Returns    the positions (from 0, over all groups) of the jobs that were not in progress
local pool = ARGV[1]
local lost, position = {}, 0

-- The oldest of a list stand on the right.
local function areOldest(list, n, packed)
  local newestFirst, oldestFirst = redis.call('LRANGE', list, -n, -1), {}
  for j = 1, #newestFirst do oldestFirst[j] = newestFirst[#newestFirst + 1 - j] end
  return table.concat(oldestFirst, '\0') == packed
end

local function taken(list, entry, at)
  local removed = redis.pcall('LREM', list, -1, entry)
  if removed == 0 then lost[#lost + 1] = at end
  return removed
end

-- Takes out those that are there. Returns how many that were, and the error that has ended it early.
local function takeEach(list, packed)
  local count, j = 0, 0
  for entry in packed:gmatch('%Z+') do
    local removed = taken(list, entry, position + j)
    if type(removed) == 'table' then return count, removed end
    count = count + removed
    j = j + 1
  end
  return count
end

for i, queue in ipairs(KEYS) do
  local list = queue .. ':' .. pool .. ':inprogress'
  local n, packed = tonumber(ARGV[2 * i]), ARGV[2 * i + 1]
  local count, problem = n, nil
  if n > 1 and areOldest(list, n, packed) then
    redis.call('LTRIM', list, 0, -n - 1)
  elseif n > 1 then
    count, problem = takeEach(list, packed)
  else
    count = taken(list, packed, position)
    if type(count) == 'table' then return count end
  end
  if count > 0 then
    redis.call('DECRBY', queue .. ':lock', count)
    redis.call('HINCRBY', queue .. ':lock_info', pool, -count)
  end
  if problem then return problem end
  position = position + n
end
return lost
