-- Removes jobs from a sorted set or from a queue, and frees the claims that they hold.
--
-- KEYS[1]  where they are
-- ARGV[1]  'set' or 'queue'
-- ARGV[2…] for each job: entry; claim to free, its owner, the job's id, else '' three times; the key that counts
--          deaths under it
-- Returns  for each job: 1, or 0 if it was not there
local results = {}
for i = 2, #ARGV, 5 do
  local entry, claim, owner, id = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local removed
  if ARGV[1] == 'set' then
    removed = redis.call('ZREM', KEYS[1], entry)
  else
    removed = redis.call('LREM', KEYS[1], -1, entry) -- what is taken next stands on the right
  end
  if removed == 1 then
    redis.call('DEL', ARGV[i + 4])
    if claim ~= '' then
      local ownerId = redis.call('GET', owner)
      local believed = ownerId and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
      if not believed or ownerId:gsub('^running ', '') == id then redis.call('DEL', claim, owner) end
    end
  end
  table.insert(results, removed)
end
return results
