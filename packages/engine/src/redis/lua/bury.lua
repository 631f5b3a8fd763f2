-- Takes a dead pool off the books, with what its workers were last seen doing. The last step of reaping: until then
-- any reaper, Go's among them, finds the pool again.
--
-- KEYS[1..3] worker_pools, the pool's heartbeat, the suspects
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    pool id
-- ARGV[3]    seconds after its last beat at which a pool is dead
-- ARGV[4]    the namespace's prefix
-- Returns    1, or 0 if the pool is alive
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local beat = redis.call('HMGET', KEYS[2], 'heartbeat_at', 'worker_ids')
local beatAt = tonumber(beat[1] or '')
if beatAt and beatAt + tonumber(ARGV[3]) > now then return 0 end
for worker in string.gmatch(beat[2] or '', '[^,]+') do
  redis.call('DEL', ARGV[4] .. 'worker:' .. worker)
end
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[1], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
return 1
