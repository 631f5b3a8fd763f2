-- Rebuilds the locks of names from what is certain. A lock is what all pools' shares add up to; the own pool's share
-- is what it has in progress; shares below zero, which gocraft/work can leave, count for nothing; and empty shares of
-- pools that are gone are swept away. Other pools' shares are theirs. Redis takes it even when its memory is full, because it
-- begins by removing something.
--
-- KEYS[1]    worker_pools
-- KEYS[1+i]  the queues
-- ARGV[1]    the own pool's id, or '' for none
-- Returns    how many locks were wrong; or why Redis refuses one of them, when all others are right
local own, repaired, problem = ARGV[1], 0, nil
redis.call('SREM', KEYS[1], '')

-- Returns how many locks were wrong, 0 or 1.
local function rebuild(queue)
  local info = queue .. ':lock_info'
  if own ~= '' then
    local running = redis.call('LLEN', queue .. ':' .. own .. ':inprogress')
    if running > 0 then redis.call('HSET', info, own, running) else redis.call('HDEL', info, own) end
  end
  local running = 0
  local shares = redis.call('HGETALL', info)
  for j = 1, #shares, 2 do
    local share = tonumber(shares[j + 1]) or 0
    running = running + math.max(0, share)
    if share == 0 and redis.call('SISMEMBER', KEYS[1], shares[j]) == 0 then redis.call('HDEL', info, shares[j]) end
  end
  local lock = redis.call('GET', queue .. ':lock')
  if (tonumber(lock or 0) or 0) == running then return 0 end
  redis.call('SET', queue .. ':lock', running)
  return 1
end

-- A key of the wrong kind must not keep the locks of other names as they are.
for i = 2, #KEYS do
  local ok, result = pcall(rebuild, KEYS[i])
  if ok then repaired = repaired + result else problem = problem or result end
end
if problem then return type(problem) == 'table' and problem or redis.error_reply(problem) end
return repaired
