-- Removes jobs from a sorted set or from a queue, and frees the claims that they hold. Runs after
-- claims.lua.
--
-- KEYS[1]  where they are
-- ARGV[1]  'set'; or 'queue right' (what is taken next stands there) or 'queue left', where to look from
-- ARGV[2]  how many entries of a queue to look at: one that is not there must not cost a walk through a million
-- ARGV[3]  milliseconds that a claim lasts
-- ARGV[4…] for each job: entry; claim to free, its owner, the job's queue and id, else '' four times; the keys that
--          remember deaths under it, and its attempts
-- Returns  for each job: 1, or 0 if it was not there
local kind, depth, lasts = ARGV[1], ARGV[2], ARGV[3]
local direction = kind == 'queue left' and 1 or -1
local results = {}

for i = 4, #ARGV, 7 do
  probeClaim(ARGV[i + 3], ARGV[i + 1], ARGV[i + 2])
  redis.call('EXISTS', ARGV[i + 5], ARGV[i + 6])
end

-- What they are in ends with its last entry, and may not be looked at any more then where it is being given away. So the
-- claim, whose next job may go to the same queue, is freed before.
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
    redis.call('DEL', ARGV[i + 5], ARGV[i + 6]) -- When memory is full, what follows a removal is allowed, too.
    if claim ~= '' then freeClaim(queue, claim, owner, lasts, id) end
    left = left - remove(entry)
  end
  table.insert(results, there and 1 or 0)
end
return results
