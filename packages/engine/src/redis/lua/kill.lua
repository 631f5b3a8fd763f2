-- Moves jobs from where they wait for their time to the dead jobs, and frees the claims that they hold.
--
-- KEYS[1..2] retry or scheduled; dead
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2…]   for each job: entry, entry for the dead jobs; claim to free, its owner, the job's id, else '' three times
-- Returns    for each job: 1, or 0 if it was not there
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local results = {}
for i = 2, #ARGV, 5 do
  local claim, owner, id = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local removed = redis.call('ZREM', KEYS[1], ARGV[i])
  if removed == 1 then
    redis.call('ZADD', KEYS[2], now, ARGV[i + 1])
    if claim ~= '' then
      local ownerId = redis.call('GET', owner)
      local believed = ownerId and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
      if not believed or ownerId:gsub('^running ', '') == id then redis.call('DEL', claim, owner) end
    end
  end
  table.insert(results, removed)
end
return results
