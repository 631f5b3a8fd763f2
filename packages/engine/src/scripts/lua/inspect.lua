-- Compares the locks of names with the pools' jobs in progress. Changes nothing.
--
-- KEYS[1]    worker_pools
-- KEYS[1+i]  the queues
-- Returns    for each queue: { its lock or '', the sum of the pools' shares, how many jobs are in progress in the
--            pools that have a share, how many of them in unregistered pools }
local reply = {}
for i = 2, #KEYS do
  local queue = KEYS[i]
  local shares = redis.pcall('HGETALL', queue .. ':lock_info')
  local sum, running, orphaned = 0, 0, 0
  for j = 1, #shares, 2 do
    local length = redis.pcall('LLEN', queue .. ':' .. shares[j] .. ':inprogress')
    if type(length) ~= 'number' then length = 0 end
    sum = sum + math.max(0, tonumber(shares[j + 1]) or 0)
    running = running + length
    if length > 0 and redis.call('SISMEMBER', KEYS[1], shares[j]) == 0 then orphaned = orphaned + length end
  end
  local lock = redis.pcall('GET', queue .. ':lock')
  table.insert(reply, { type(lock) == 'string' and lock or '', sum, running, orphaned })
end
return reply
