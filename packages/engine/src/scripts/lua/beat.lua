-- Records that a pool is alive, in Redis's time. The set and the hash change together: a reaper that found only one of
-- them would declare the pool dead.
--
-- Redis accepts the script even when its memory is full, because a script that begins with a removal may continue.
-- Otherwise living pools would look dead while memory is full, and no pool would process the jobs that fill it.
-- The removed field appears only while Redis does not answer the pool's fetches.
--
-- KEYS[1]  worker_pools
-- KEYS[2]  the pool's heartbeat
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  pool id
-- ARGV[3…] field, value, … of the heartbeat
-- Returns  1 if the pool had no heartbeat before, else 0
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and string.format('%.0f', math.floor(milliseconds / 1000)) or redis.call('TIME')[1]
redis.call('HDEL', KEYS[2], 'fetch_unanswered')
redis.call('SADD', KEYS[1], ARGV[2])
local isFirst = redis.call('HSETNX', KEYS[2], 'started_at', now)
redis.call('HSET', KEYS[2], 'heartbeat_at', now, unpack(ARGV, 3))
return isFirst
