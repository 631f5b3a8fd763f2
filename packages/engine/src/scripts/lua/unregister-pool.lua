-- Unregisters a dead pool, and removes what its workers were last seen doing. The last step of reaping: until then
-- any reaper, Go's among them, finds the pool again.
--
-- KEYS[1..3] worker_pools, the pool's heartbeat, the suspects
-- ARGV[1]    pool id
-- ARGV[2]    the last beat by which it was taken for dead; '' for none
-- ARGV[3]    the namespace's prefix
-- Returns    1, or 0 if the pool has beaten since
local beat = redis.call('HMGET', KEYS[2], 'heartbeat_at', 'worker_ids')
local beatAt = tonumber(beat[1] or '')
if beatAt and beatAt ~= tonumber(ARGV[2]) then return 0 end
for worker in string.gmatch(beat[2] or '', '[^,]+') do
  redis.call('DEL', ARGV[3] .. 'worker:' .. worker)
end
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 1
