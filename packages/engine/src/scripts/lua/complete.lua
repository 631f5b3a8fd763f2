-- Takes completed jobs out of progress: jobs that are done, dropped or cancelled, and need no further writes. As in
-- settle.lua, a missing entry belongs to another pool by now, or was removed by an earlier call whose reply was lost;
-- its lock is not lowered. The removal comes first, because Redis allows it when out of memory.
--
-- Usually the jobs are the oldest of their list and have ended in order. One LRANGE then finds all of them, and one
-- LTRIM removes them. Removing them one by one costs Redis about twice as much.
--
-- Lua copies long texts several times to join them, so jobs come in short groups, and a long job in a group of its
-- own.
--
-- KEYS[i]    for each group of jobs: its queue
-- ARGV[1]    pool id
-- ARGV[2i]   for group i: the number of jobs
-- ARGV[2i+1] and their entries, separated by NUL, which the entry of a job that has run never contains
-- Returns    the positions (from 0, over all groups) of the jobs that were not in progress
local pool = ARGV[1]
local lost, position = {}, 0

-- The oldest entries are on the right of the list.
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

-- Removes the entries that exist, one by one. Returns their number, and the error that ended the work early, if any.
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
