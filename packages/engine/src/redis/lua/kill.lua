-- Moves jobs from where they wait for their time to the dead jobs, and frees the claims that they hold.
--
-- KEYS[1..2] retry or scheduled; dead
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    milliseconds that a claim lasts
-- ARGV[3…]   for each job: entry, entry for the dead jobs; claim to free, its owner, the job's queue and id, else ''
--            four times
-- Returns    for each job: 1, or 0 if it was not there
local milliseconds, lasts = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local results = {}

-- A job that was enqueued under the claim while this one ran is not lost: it goes to the queue, with the claim.
local function free(claim, owner, queue, id)
  local ownerId = redis.call('GET', owner)
  local believed = ownerId and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
  if believed and ownerId:gsub('^running ', '') ~= id then return end
  local value = redis.pcall('GET', claim)
  local ok, waiting = pcall(cjson.decode, type(value) == 'string' and value or '')
  if ok and type(waiting) == 'table' and type(waiting.id) == 'string' and waiting.id ~= id then
    redis.call('LPUSH', queue, value)
    redis.call('SET', claim, '1', 'PX', lasts)
    redis.call('SET', owner, waiting.id, 'PX', lasts)
  else
    redis.call('DEL', claim, owner)
  end
end

for i = 3, #ARGV, 6 do
  local claim, owner, queue, id = ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local removed = redis.call('ZREM', KEYS[1], ARGV[i])
  if removed == 1 then
    redis.call('ZADD', KEYS[2], now, ARGV[i + 1])
    if claim ~= '' then free(claim, owner, queue, id) end
  end
  table.insert(results, removed)
end
return results
