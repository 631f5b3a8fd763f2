-- Removes jobs from a sorted set or a queue, and releases the claims that they hold. Runs after claims.lua.
--
-- KEYS[1]  the set or queue
-- ARGV[1]  'set'; or the end of a queue at which the search starts: 'queue right' (fetched next) or 'queue left'
-- ARGV[2]  how many entries of a queue to search: a missing entry must not cost a scan of a million
-- ARGV[3]  a claim's lifetime in milliseconds
-- ARGV[4…] for each job: entry; claim to release, its owner, the job's queue and id, else '' four times; the keys of
--          its death counter and its attempts
-- Returns  for each job: 1, or 0 if it was not found
local kind, depth, lasts = ARGV[1], ARGV[2], ARGV[3]
local direction = kind == 'queue left' and 1 or -1
local results = {}

for i = 4, #ARGV, 7 do
  probeClaim(ARGV[i + 3], ARGV[i + 1], ARGV[i + 2])
  redis.call('EXISTS', ARGV[i + 5], ARGV[i + 6])
end

-- Redis deletes the set or queue with its last entry. While it is leaving this node, it may not be read after that.
-- The claim, whose next job may go to the same queue, is therefore released first.
local left = redis.call(kind == 'set' and 'ZCARD' or 'LLEN', KEYS[1])

local function isThere(entry)
  if left == 0 then return false end
  if kind == 'set' then return redis.call('ZSCORE', KEYS[1], entry) end
  return redis.call('LPOS', KEYS[1], entry, 'RANK', direction, 'MAXLEN', depth)
end

local function remove(entry)
  if kind == 'set' then return redis.call('ZREM', KEYS[1], entry) end
  return redis.call('LREM', KEYS[1], direction, entry)
end

for i = 4, #ARGV, 7 do
  local entry, claim, owner, queue, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local there = isThere(entry)
  if there then
    redis.call('DEL', ARGV[i + 5], ARGV[i + 6]) -- A removal permits the writes that follow when memory is full.
    if claim ~= '' then freeClaim(queue, claim, owner, lasts, id) end
    left = left - remove(entry)
  end
  table.insert(results, there and 1 or 0)
end
return results
