-- Moves waiting jobs to this pool's in-progress lists and counts them in the locks, skipping names that are paused
-- or at their limit. Atomic, because a job must never be in no list, nor a lock be taken for a job that is not.
--
-- KEYS[1…n]  the queues, in the order in which to look
-- KEYS[n+1…] other keys that this script may read: declared when they shall be watched, because a Redis before 7.2
--            watches the keys that are declared, and a later one those that are read
-- ARGV[1]    pool id
-- ARGV[2]    how many jobs to take at most
-- ARGV[2+i]  how many of them are first offered to KEYS[i]; what its queue cannot fill goes to whoever can
-- Returns    { the indices of the queues that were passed over because of their limit },
--            then for each queue that gave jobs: { its index, entry, entry, … }
local pool, wanted = ARGV[1], tonumber(ARGV[2])
local names = #ARGV - 2
local taken, atLimit = {}, {}

local function room(i)
  local queue = KEYS[i]
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' or waiting == 0 then return 0 end
  if redis.call('EXISTS', queue .. ':paused') == 1 then return 0 end
  local limit = tonumber(redis.call('GET', queue .. ':max_concurrency') or 0) or 0
  if limit <= 0 then return waiting end
  local free = limit - (tonumber(redis.call('GET', queue .. ':lock') or 0) or 0)
  if free < waiting then table.insert(atLimit, i) end
  return math.min(waiting, free)
end

local function take(i, most)
  local queue = KEYS[i]
  local n = math.min(most, room(i))
  if n <= 0 then return end
  redis.call('INCRBY', queue .. ':lock', n)
  redis.call('HINCRBY', queue .. ':lock_info', pool, n)
  taken[i] = taken[i] or { i }
  wanted = wanted - n
  while n > 0 do
    local entries = redis.call('RPOP', queue, math.min(n, 1000)) -- unpack has a limit
    redis.call('LPUSH', queue .. ':' .. pool .. ':inprogress', unpack(entries))
    for _, entry in ipairs(entries) do table.insert(taken[i], entry) end
    n = n - #entries
  end
end

for i = 1, names do
  local share = tonumber(ARGV[2 + i])
  if share > 0 then take(i, math.min(share, wanted)) end
end
for i = 1, names do
  if wanted <= 0 then break end
  take(i, wanted)
end

local reply = { atLimit }
for _, group in pairs(taken) do table.insert(reply, group) end
return reply
