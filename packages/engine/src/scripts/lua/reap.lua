-- Takes the jobs of one name from a dead pool: to the end of their queue that is fetched next, oldest first; or to the
-- dead jobs if too many processes have died under them. Ends the pool's share of the lock.
--
-- Does nothing if the pool has beaten since it was judged: it may only have been paused, and its jobs would run twice.
-- Runs after claims.lua and set-share.lua.
--
-- A job that is put back is marked with a last member "reaped". The mark says that traces must be removed when the job
-- ends. It also prevents a pool that was declared dead but still runs the job from settling the run of the next pool.
--
-- A dead job releases its claim, unless its type keeps it until the job is done. Otherwise a schedule without overlap
-- would stop firing, and a job enqueued under the claim in the meantime would be lost.
--
-- KEYS[1..5] the pool's heartbeat, the queue, its in-progress list, its lock_info, its lock
-- KEYS[6..7] dead; the key that records that jobs of the name were reaped
-- KEYS[8…]   for each job: its death counter; its claim and the claim's owner, or twice the queue
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    pool id
-- ARGV[3]    the last beat, by which it was declared dead; '' for none
-- ARGV[4]    how many deaths are too many
-- ARGV[5]    the lifetime of death counters in milliseconds
-- ARGV[6..7] how many attempts of a job are kept, and for how many milliseconds
-- ARGV[8]    the lifetime of KEYS[7] in milliseconds
-- ARGV[9]    a claim's lifetime in milliseconds
-- ARGV[10…]  for each job, the newest first: entry, entry for the dead jobs or '' to put it back in any case,
--            the key of its attempts, the attempt that ended with the process, the id of a job that holds a claim or ''
-- Returns    nil if the pool has beaten since, else { how many were put back, how many are dead, how many are left }
local milliseconds, pool = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local beat = tonumber(redis.call('HGET', KEYS[1], 'heartbeat_at') or '')
if beat and beat ~= tonumber(ARGV[3]) then return nil end

-- A key of the wrong kind, or one that has left this node of a Cluster, ends the script before it costs jobs.
redis.call('LLEN', KEYS[2])
redis.call('ZCARD', KEYS[6])
redis.call('HLEN', KEYS[4])
for k = 8, #KEYS do redis.call('EXISTS', KEYS[k]) end

-- Counts the death of a process under the job. Returns whether it was one too many.
local function isPoison(deaths, attempts, attempt)
  local count = redis.call('INCR', deaths)
  redis.call('PEXPIRE', deaths, ARGV[5])
  redis.pcall('LPUSH', attempts, attempt)
  redis.pcall('LTRIM', attempts, 0, ARGV[6] - 1)
  redis.pcall('PEXPIRE', attempts, ARGV[7])
  return count >= tonumber(ARGV[4])
end

local MARK = ',"reaped":true}'

local function marked(entry)
  if entry:sub(-#MARK) == MARK then return entry end
  return entry:match('^(.*)}') .. MARK
end

local back, dead, left = 0, 0, redis.call('LLEN', KEYS[3])
local job = 0
for i = 10, #ARGV, 5 do
  local entry, deadEntry, id = ARGV[i], ARGV[i + 1], ARGV[i + 4]
  local deaths, claim, owner = KEYS[8 + 3 * job], KEYS[9 + 3 * job], KEYS[10 + 3 * job]
  job = job + 1
  if left > 0 and redis.call('LREM', KEYS[3], 1, entry) == 1 then
    left = left - 1
    if deadEntry ~= '' and isPoison(deaths, ARGV[i + 2], ARGV[i + 3]) then
      redis.call('ZADD', KEYS[6], now, deadEntry)
      redis.call('DEL', deaths)
      if id ~= '' then freeClaim(KEYS[2], claim, owner, ARGV[9], id) end
      dead = dead + 1
    else
      redis.call('RPUSH', KEYS[2], deadEntry == '' and entry or marked(entry))
      back = back + 1
    end
  end
end

if back > 0 then redis.call('SET', KEYS[7], '1', 'PX', ARGV[8]) end
setShare(KEYS[4], KEYS[5], pool, left)
return { back, dead, left }
