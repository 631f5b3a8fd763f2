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
  local entry, claim, owner, queue, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local removed = 0
  if kind == 'set' then
    removed = redis.call('ZREM', KEYS[1], entry)
  elseif redis.call('LPOS', KEYS[1], entry, 'RANK', direction, 'MAXLEN', depth) then
    removed = redis.call('LREM', KEYS[1], direction, entry)
  end
  if removed == 1 then
    redis.call('DEL', ARGV[i + 5], ARGV[i + 6])
    if claim ~= '' then freeClaim(queue, claim, owner, lasts, id) end
  end
  table.insert(results, removed)
end
return results
