-- Prepended to other scripts. Defines setShare(), which sets the number of a name's jobs that a pool has in progress,
-- and the lock, which is the sum of all pools' shares. Negative shares, which gocraft/work can leave behind, count as
-- zero.
--
-- shares, lock  the keys of the name's lock_info and lock
local function setShare(shares, lock, pool, n)
  if n == 0 then redis.call('HDEL', shares, pool) else redis.call('HSET', shares, pool, n) end
  local running = 0
  for _, share in ipairs(redis.call('HVALS', shares)) do
    running = running + math.max(0, tonumber(share) or 0)
  end
  redis.call('SET', lock, running)
end
