-- A function for other scripts, which it is put before: ends a claim. A job that was enqueued under it while its owner ran
-- is not lost: it goes to the queue, with the claim.
--
-- queue         where that goes
-- claim, owner  the keys of the claim, and of whose it is
-- lasts         milliseconds that a claim lasts
-- id            whose claim ends: another's, of which Redis knows for certain, does not; nil for whoever's
local function freeClaim(queue, claim, owner, lasts, id)
  if id then
    local ownerId = redis.call('GET', owner)
    local believed = ownerId and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
    if believed and ownerId:gsub('^running ', '') ~= id then return end
  end
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
