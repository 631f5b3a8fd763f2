-- Settles jobs: takes each out of progress and, only if that removed it, lowers its lock and moves it on. A missing
-- entry belongs to another pool by now (a reaper took it), or was settled by an earlier call whose reply was lost:
-- nothing is written for it. The call is therefore safe to repeat.
--
-- The removal comes first, because Redis allows it even when out of memory, and then allows the rest as well. Before it,
-- every key to be written is read: a key of the wrong kind, or one that has left this node of a Cluster while its slot
-- moves, keeps the job in progress. Runs after claims.lua.
--
-- KEYS[1..3] retry, scheduled, dead
-- KEYS[3+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    pool id
-- ARGV[3]    a claim's lifetime in milliseconds
-- ARGV[4..5] how many attempts of a job are kept, and for how many milliseconds
-- ARGV[6…]   for each job: index of its queue, entry, move, and the arguments of the move
--              complete                no further writes (the job is done, dropped or cancelled)
--              free    claim owner id  the same, and releases the unique job's claim; a job enqueued under it
--                                      meanwhile is not lost: it moves to the queue and takes over the claim
--              retry   entry seconds   a new entry, to run again after a delay; after 0 s it is due immediately
--              snooze  seconds         the same entry, among the scheduled jobs; after 0 s it is due with the next
--                                      second, because a job may snooze any number of times
--              dead    entry           a new entry, among the dead jobs
--              deadFree entry claim owner id  the same, and releases the claim as above
--              back                    the same entry, to the end of the queue that is fetched next
--            each job is followed by its notes, which apply if it was in progress:
--              attempt key text              adds an attempt, newest first
--              forget  key                   deletes its attempts, its deaths or its carrier
--              result  key schedule text     stores the last result of its schedule
--              renew   key milliseconds      extends its carrier to that long from now
--              hold    claim owner id milliseconds   extends its claim to that long from now
--              unmark  key id                removes its mark as cancelled
-- Returns    the positions (from 0) of the jobs that were not in progress; the positions of the jobs that Redis refuses
--            to move, which stay in progress; the reason for the first of them
local milliseconds, pool, lasts = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local maxAttempts, attemptsTtl = tonumber(ARGV[4]), ARGV[5]
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.floor(time[2] / 1000)
end
local lost, refused, settled = {}, {}, {}
local reason

-- A failed note must not prevent the job from being settled.
local notes = {
  attempt = function(key, text)
    local length = redis.pcall('LPUSH', key, text)
    if tonumber(length) and length > maxAttempts then redis.pcall('LTRIM', key, 0, maxAttempts - 1) end
    redis.pcall('PEXPIRE', key, attemptsTtl)
  end,
  forget = function(key) redis.pcall('DEL', key) end,
  result = function(key, schedule, text) redis.pcall('HSET', key, schedule, text) end,
  renew = function(key, milliseconds) redis.pcall('PEXPIRE', key, milliseconds) end,
  hold = function(claim, owner, id, milliseconds) pcall(renewClaim, claim, owner, id, milliseconds) end,
  unmark = function(key, id) redis.pcall('ZREM', key, id) end,
}

local function die(entry) redis.call('ZADD', KEYS[3], math.floor(milliseconds / 1000), entry) end

-- A delay rounds up, so that no job runs early.
local function after(seconds) return math.ceil(milliseconds / 1000) + seconds end

local moves = {
  complete = function() end,
  free = function(queue, _, claim, owner, id) freeClaim(queue, claim, owner, lasts, id) end,
  retry = function(_, _, entry, seconds)
    redis.call('ZADD', KEYS[1], seconds == '0' and math.floor(milliseconds / 1000) or after(seconds), entry)
  end,
  snooze = function(_, entry, seconds) redis.call('ZADD', KEYS[2], after(seconds), entry) end,
  dead = function(_, _, entry) die(entry) end,
  deadFree = function(queue, _, entry, claim, owner, id)
    freeClaim(queue, claim, owner, lasts, id)
    die(entry)
  end,
  back = function(queue, entry) redis.call('RPUSH', queue, entry) end,
}

-- Reads the keys that a move writes.
local reads = {
  complete = function() end,
  free = probeClaim,
  retry = function() redis.call('ZCARD', KEYS[1]) end,
  snooze = function() redis.call('ZCARD', KEYS[2]) end,
  dead = function() redis.call('ZCARD', KEYS[3]) end,
  deadFree = function(queue, _, claim, owner)
    redis.call('ZCARD', KEYS[3])
    probeClaim(queue, claim, owner)
  end,
  back = function(queue) redis.call('LLEN', queue) end,
}
local sizes = {
  attempt = 3, forget = 2, result = 4, renew = 3, hold = 5, unmark = 3,
  complete = 3, free = 6, retry = 5, snooze = 4, dead = 4, deadFree = 7, back = 3,
}

-- Settles a job. Returns whether it was in progress; or nil, Redis's reason for refusing, and whether it refuses
-- everything.
local function settle(queue, entry, move, ...)
  local ok, problem = pcall(reads[move], queue, ...)
  if not ok then return nil, problem end
  local inProgress = queue .. ':' .. pool .. ':inprogress'
  -- The oldest entries are on the right of the list.
  local removed = redis.pcall('LREM', inProgress, -1, entry)
  if type(removed) == 'table' then return nil, removed, next(settled) == nil end
  if removed == 0 then return false end
  ok, problem = pcall(moves[move], queue, entry, ...)
  if not ok then
    redis.call('RPUSH', inProgress, entry)
    return nil, problem
  end
  settled[queue] = (settled[queue] or 0) + 1
  return true
end

local i, position, mine = 6, 0, false
while i <= #ARGV do
  local note = notes[ARGV[i]]
  if note then
    if mine then note(ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]) end
    i = i + sizes[ARGV[i]]
  else
    local move, problem, refusesAll = ARGV[i + 2], nil, nil
    mine, problem, refusesAll = settle(KEYS[3 + tonumber(ARGV[i])], unpack(ARGV, i + 1, i + sizes[move] - 1))
    if refusesAll then return problem end
    if mine == nil then
      refused[#refused + 1] = position
      reason = reason or type(problem) == 'table' and problem.err or tostring(problem)
    elseif not mine then
      lost[#lost + 1] = position
    end
    i = i + sizes[move]
    position = position + 1
  end
end

for queue, n in pairs(settled) do
  redis.call('DECRBY', queue .. ':lock', n)
  redis.call('HINCRBY', queue .. ':lock_info', pool, -n)
end
return { lost, refused, reason or '' }
