-- Unregisters a stopping pool. Only for a pool that has nothing in progress: no reaper will check it again.
--
-- KEYS[1..2] worker_pools, the pool's heartbeat
-- ARGV[1]    pool id
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return redis.status_reply('OK')
