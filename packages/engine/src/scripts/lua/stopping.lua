-- Notes in a pool's heartbeat that the pool is stopping and fetches no more jobs. Writes nothing if the pool is not
-- registered, because a heartbeat that nobody removes would look like a dead pool.
--
-- KEYS[1]  the pool's heartbeat
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and string.format('%.0f', math.floor(milliseconds / 1000)) or redis.call('TIME')[1]
if redis.call('HEXISTS', KEYS[1], 'heartbeat_at') == 1 then redis.call('HSET', KEYS[1], 'stopping_since', now) end
return 0
