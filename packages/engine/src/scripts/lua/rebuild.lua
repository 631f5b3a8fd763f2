-- Rebuilds the locks of names from reliable data. A lock is the sum of all pools' shares; the calling pool's share is
-- its number of jobs in progress; negative shares, which gocraft/work can leave behind, count as zero; and empty
-- shares of unregistered pools are deleted. Other pools' shares are not changed. Redis accepts the script even when
-- its memory is full, because it begins with a removal.
--
-- KEYS[1]    worker_pools
-- KEYS[1+i]  the queues
-- ARGV[1]    the calling pool's id, or '' for none
-- ARGV[2]    '1' to change nothing
-- Returns    for each name with something to repair: { the index of its queue, its lock, its correct lock, the pools
--            whose empty shares are deleted, … }; or Redis's reason for refusing one of them, once all others are correct
local own, changes, wrong, problem = ARGV[1], ARGV[2] ~= '1', {}, nil
if changes then redis.call('SREM', KEYS[1], '') end

local function rebuild(i)
  local queue = KEYS[i]
  local info = queue .. ':lock_info'
  if own ~= '' then
    local running = redis.call('LLEN', queue .. ':' .. own .. ':inprogress')
    if running > 0 then redis.call('HSET', info, own, running) else redis.call('HDEL', info, own) end
  end
  local running, repair = 0, { i - 1, 0, 0 }
  local shares = redis.call('HGETALL', info)
  for j = 1, #shares, 2 do
    local share = tonumber(shares[j + 1]) or 0
    running = running + math.max(0, share)
    if share == 0 and redis.call('SISMEMBER', KEYS[1], shares[j]) == 0 then
      table.insert(repair, shares[j])
      if changes then redis.call('HDEL', info, shares[j]) end
    end
  end
  local lock = tonumber(redis.call('GET', queue .. ':lock') or 0) or 0
  if changes and lock ~= running then redis.call('SET', queue .. ':lock', running) end
  repair[2], repair[3] = lock, running
  if lock ~= running or #repair > 3 then table.insert(wrong, repair) end
end

-- A key of the wrong kind must not prevent the repair of other names' locks.
for i = 2, #KEYS do
  local ok, result = pcall(rebuild, i)
  if not ok then problem = problem or result end
end
if problem then return type(problem) == 'table' and problem or redis.error_reply(problem) end
return wrong
