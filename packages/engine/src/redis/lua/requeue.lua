-- Moves due jobs to their queues: each only if it is still there, so that of several requeuers one moves it. A job
-- whose name nobody ever knew, or whose queue is none, is left, and told: its entry for the dead jobs is seldom needed, so it comes later.
--
-- A firing of a schedule that was moved before is dropped: a Go process whose clock is slow adds it again. One of a
-- schedule that does not overlap is dropped, too, while the last one's claim stands: that still waits or runs. Runs
-- after claims.lua.
--
-- KEYS[1..4] retry or scheduled, known_jobs, dead, the last firings that were moved, by schedule
-- KEYS[4+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    milliseconds that a claim lasts
-- ARGV[2+i]  the queues' names
-- ARGV[…]    for each job: index of its queue, entry, entry for the queue; or 0, entry, entry for the dead jobs;
--            and before a firing 'firing', behind it its schedule and time, and what it claims first: claim, owner,
--            id, else '' three times; before one for the dead jobs that holds a claim 'frees', and behind it the claim,
--            its owner, the job's own queue and id
-- Returns    { how many went to their queues, how many to the dead jobs, how many were dropped, index of a queue whose
--            name nobody knows, … }
local milliseconds, lasts = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or redis.call('TIME')[1]
local requeued, dead, dropped = 0, 0, 0
local CLOCKS_DIFFER = 15 -- seconds, as in firing-plan.ts
local queues = #KEYS - 4
local unknown, isUnknown = {}, {}

-- A key of the wrong kind is no queue, and must not cost jobs.
for queue = 1, queues do
  local isQueue = type(redis.pcall('LLEN', KEYS[4 + queue])) == 'number'
  if not isQueue or redis.call('SISMEMBER', KEYS[2], ARGV[2 + queue]) == 0 then
    table.insert(unknown, queue)
    isUnknown[queue] = true
  end
end

-- A firing has its time as its score; one that was snoozed has another, and is not a firing any more. Only what is due
-- is moved: a last one that lies ahead of now, by more than clocks may differ, was moved when Redis's clock was wrong,
-- and tells nothing of those before it.
local function wasMoved(score, schedule, time)
  if tonumber(score) ~= tonumber(time) then return false end
  local last = tonumber(redis.call('HGET', KEYS[4], schedule) or '')
  if last and (last == tonumber(time) or last > tonumber(time) and last <= now + CLOCKS_DIFFER) then return true end
  redis.call('HSET', KEYS[4], schedule, time)
  return false
end

local function overlaps(claim, owner, id)
  return claim ~= '' and not makeClaim(claim, owner, '1', id, claimEnd(lasts))
end

local i = 3 + queues
while i <= #ARGV do
  local firing = ARGV[i] == 'firing'
  local frees = ARGV[i] == 'frees'
  if firing or frees then i = i + 1 end
  local queue, entry = tonumber(ARGV[i]), ARGV[i + 1]
  if queue == 0 then redis.call('ZCARD', KEYS[3]) end -- This one ends it all.
  local score = firing and redis.call('ZSCORE', KEYS[1], entry)
  if not isUnknown[queue] and redis.call('ZREM', KEYS[1], entry) == 1 then
    if queue == 0 then
      redis.call('ZADD', KEYS[3], now, ARGV[i + 2])
      if frees then freeClaim(ARGV[i + 5], ARGV[i + 3], ARGV[i + 4], lasts, ARGV[i + 6]) end
      dead = dead + 1
    elseif firing and (wasMoved(score, ARGV[i + 3], ARGV[i + 4]) or overlaps(ARGV[i + 5], ARGV[i + 6], ARGV[i + 7])) then
      dropped = dropped + 1
    else
      redis.call('LPUSH', KEYS[4 + queue], ARGV[i + 2])
      requeued = requeued + 1
    end
  end
  i = i + (firing and 8 or frees and 7 or 3)
end
return { requeued, dead, dropped, unpack(unknown) }
