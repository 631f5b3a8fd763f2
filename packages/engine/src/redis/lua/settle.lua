-- Applies what became of jobs: takes each out of progress and, only if that removed it, lowers its lock and puts it
-- where it belongs next. An entry that is not there belongs to somebody else by now (a reaper took it), or was
-- settled by an earlier call whose reply was lost: nothing is written for it. That makes it safe to send again.
-- The removal comes first, because it is allowed even when Redis is out of memory, and what follows it then is too.
-- Runs after free-claim.lua.
--
-- KEYS[1..3] retry, scheduled, dead
-- KEYS[3+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    pool id
-- ARGV[3]    milliseconds that a claim lasts
-- ARGV[4..5] how many attempts of a job are remembered, and for how many milliseconds
-- ARGV[6…]   for each job: index of its queue, entry, fate, and by fate
--              drop                    nothing more (done, or failed and not kept)
--              free    claim owner     the same, and ends the unique job's claim; a job that was enqueued under it
--                                      while this one ran is not lost: it goes to the queue, with the claim
--              retry   entry seconds   a new entry, to run again after so many seconds; after 0 it is due at once
--              snooze  entry seconds   the same, among the scheduled jobs; after 0 it is due with the next second,
--                                      because nothing counts how often
--              dead    entry           a new entry, among the dead jobs
--              bury    entry claim owner  the same, and ends the claim as above
--              back    entry           to the end of the queue that is taken from next
--            and after a job, if it was in progress, what else is to be remembered of it:
--              attempt key text              one more of its attempts, the newest first
--              forget  key                   no attempts any more, or nothing that is carried to it
--              result  key schedule text     the last result of its schedule
--              renew   key milliseconds      what is carried to it lasts so long from now
--              unmark  key id                not cancelled any more
-- Returns    the positions (from 0) of the jobs that were not in progress; the positions of those that Redis refuses to
--            put where they belong, such as for a key of the wrong kind, and that stay in progress; why, of the first
local milliseconds, pool, lasts = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local attemptsKept, attemptsLast = tonumber(ARGV[4]), ARGV[5]
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.floor(time[2] / 1000)
end
local lost, refused, settled = {}, {}, {}
local reason

-- A note that cannot be written must not keep the job from being settled.
local notes = {
  attempt = function(key, text)
    local length = redis.pcall('LPUSH', key, text)
    if tonumber(length) and length > attemptsKept then redis.pcall('LTRIM', key, 0, attemptsKept - 1) end
    redis.pcall('PEXPIRE', key, attemptsLast)
  end,
  forget = function(key) redis.pcall('DEL', key) end,
  result = function(key, schedule, text) redis.pcall('HSET', key, schedule, text) end,
  renew = function(key, milliseconds) redis.pcall('PEXPIRE', key, milliseconds) end,
  unmark = function(key, id) redis.pcall('ZREM', key, id) end,
}

local function die(entry) redis.call('ZADD', KEYS[3], math.floor(milliseconds / 1000), entry) end

-- A delay rounds up, so that no job runs early.
local function after(seconds) return math.ceil(milliseconds / 1000) + seconds end

local moves = {
  drop = function() end,
  free = function(queue, claim, owner) freeClaim(queue, claim, owner, lasts) end,
  retry = function(_, entry, seconds)
    redis.call('ZADD', KEYS[1], seconds == '0' and math.floor(milliseconds / 1000) or after(seconds), entry)
  end,
  snooze = function(_, entry, seconds) redis.call('ZADD', KEYS[2], after(seconds), entry) end,
  dead = function(_, entry) die(entry) end,
  bury = function(queue, entry, claim, owner)
    die(entry)
    local ok, problem = pcall(freeClaim, queue, claim, owner, lasts)
    if ok then return end
    redis.call('ZREM', KEYS[3], entry)
    error(problem, 0)
  end,
  back = function(queue, entry) redis.call('RPUSH', queue, entry) end,
}
local sizes = {
  attempt = 3, forget = 2, result = 4, renew = 3, unmark = 3,
  drop = 3, free = 5, retry = 5, snooze = 5, dead = 4, bury = 6, back = 4,
}

local i, position, mine = 6, 0, false
while i <= #ARGV do
  local note = notes[ARGV[i]]
  if note then
    if mine then note(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
    i = i + sizes[ARGV[i]]
  else
    local queue, entry, fate = KEYS[3 + tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
    local inProgress = queue .. ':' .. pool .. ':inprogress'
    -- The oldest of the list stand on the right.
    mine = redis.call('LREM', inProgress, -1, entry) == 1
    if not mine then
      lost[#lost + 1] = position
    else
      local ok, problem = pcall(moves[fate], queue, ARGV[i + 3], ARGV[i + 4], ARGV[i + 5])
      if ok then
        settled[queue] = (settled[queue] or 0) + 1
      else
        redis.call('RPUSH', inProgress, entry)
        refused[#refused + 1] = position
        reason = reason or type(problem) == 'table' and problem.err or tostring(problem)
        mine = false
      end
    end
    i = i + sizes[fate]
    position = position + 1
  end
end

for queue, n in pairs(settled) do
  redis.call('DECRBY', queue .. ':lock', n)
  redis.call('HINCRBY', queue .. ':lock_info', pool, -n)
end
return { lost, refused, reason or '' }
