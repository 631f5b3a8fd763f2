-- Says that a pool is alive, in Redis's time. The set and the hash change together: a reaper that finds only one of
-- them would take the pool for dead.
--
-- Redis takes it even when its memory is full: a script that began by removing something may go on. Else living pools
-- would look dead for as long as it is full, and nobody would work off the jobs that fill it.
--
-- KEYS[1]  worker_pools
-- KEYS[2]  the pool's heartbeat
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  pool id
-- ARGV[3…] field, value, … of the heartbeat
-- Returns  1 if the pool had no heartbeat before, else 0
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and string.format('%.0f', math.floor(milliseconds / 1000)) or redis.call('TIME')[1]
redis.call('HDEL', KEYS[2], '')
redis.call('SADD', KEYS[1], ARGV[2])
local isFirst = redis.call('HSETNX', KEYS[2], 'started_at', now)
redis.call('HSET', KEYS[2], 'heartbeat_at', now, unpack(ARGV, 3))
return isFirst
