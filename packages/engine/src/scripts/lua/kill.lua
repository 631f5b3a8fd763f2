-- Moves jobs that are waiting for a retry to the dead jobs, and releases the claims that they hold. Runs after
-- claims.lua.
--
-- KEYS[1..2] retry; dead
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    a claim's lifetime in milliseconds
-- ARGV[3…]   for each job: entry, entry for the dead jobs; claim to release, its owner, the job's queue and id, else ''
--            four times
-- Returns    for each job: 1, or 0 if it was not found
local milliseconds, lasts = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local results = {}

-- A key of the wrong kind ends the script before it costs jobs.
redis.call('ZCARD', KEYS[2])
for i = 3, #ARGV, 6 do probeClaim(ARGV[i + 4], ARGV[i + 2], ARGV[i + 3]) end

-- Redis deletes the set with its last entry. While the set is leaving this node, it may not be read after that.
local left = redis.call('ZCARD', KEYS[1])
for i = 3, #ARGV, 6 do
  local claim, owner, queue, id = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local removed = left > 0 and redis.call('ZREM', KEYS[1], ARGV[i]) or 0
  left = left - removed
  if removed == 1 then
    redis.call('ZADD', KEYS[2], now, ARGV[i + 1])
    if claim ~= '' then freeClaim(queue, claim, owner, lasts, id) end
  end
  table.insert(results, removed)
end
return results
