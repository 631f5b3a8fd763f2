-- Takes the jobs of one name from a dead pool: to where their queue is taken from next, the oldest first to be taken,
-- or to the dead jobs those under which a process has died too often. Ends the pool's share of the lock.
-- Does nothing if the pool has beaten since it was judged: it may have been paused, and its jobs would run twice.
--
-- KEYS[1..5] the pool's heartbeat, the queue, its in-progress list, its lock_info, its lock
-- KEYS[6..7] dead; what tells that jobs of the name were reaped
-- KEYS[7+i]  how often a process has died under job i
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    pool id
-- ARGV[3]    the last beat by which it was taken for dead; '' for none
-- ARGV[4]    how many deaths are too many
-- ARGV[5]    milliseconds for which deaths are remembered
-- ARGV[6..7] how many attempts of a job are remembered, and for how many milliseconds
-- ARGV[8]    milliseconds for which it tells that
-- ARGV[9…]   for each job, the newest first: entry, entry for the dead jobs or '' to put it back in any case,
--            the key of its attempts, the attempt that ended with the process
-- Returns    nil if the pool has beaten since, else { how many were put back, how many are dead, how many are left }
local milliseconds, pool = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local beat = tonumber(redis.call('HGET', KEYS[1], 'heartbeat_at') or '')
if beat and beat ~= tonumber(ARGV[3]) then return nil end

-- Keys of the wrong kind end this before they cost jobs.
redis.call('LLEN', KEYS[2])
redis.call('ZCARD', KEYS[6])

local back, dead = 0, 0
for i = 9, #ARGV, 4 do
  local entry, deadEntry, deaths = ARGV[i], ARGV[i + 1], KEYS[7 + (i - 5) / 4]
  if redis.call('LREM', KEYS[3], 1, entry) == 1 then
    local count = 0
    if deadEntry ~= '' then
      count = redis.call('INCR', deaths)
      redis.call('PEXPIRE', deaths, ARGV[5])
      redis.pcall('LPUSH', ARGV[i + 2], ARGV[i + 3])
      redis.pcall('LTRIM', ARGV[i + 2], 0, ARGV[6] - 1)
      redis.pcall('PEXPIRE', ARGV[i + 2], ARGV[7])
    end
    if count >= tonumber(ARGV[4]) then
      redis.call('ZADD', KEYS[6], now, deadEntry)
      redis.call('DEL', deaths)
      dead = dead + 1
    else
      redis.call('RPUSH', KEYS[2], entry)
      back = back + 1
    end
  end
end

if back > 0 then redis.call('SET', KEYS[7], '1', 'PX', ARGV[8]) end
local left = redis.call('LLEN', KEYS[3])
if left == 0 then redis.call('HDEL', KEYS[4], pool) else redis.call('HSET', KEYS[4], pool, left) end
local running = 0
for _, share in ipairs(redis.call('HVALS', KEYS[4])) do
  running = running + math.max(0, tonumber(share) or 0)
end
redis.call('SET', KEYS[5], running)
return { back, dead, left }
