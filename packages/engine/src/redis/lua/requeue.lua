-- Moves due jobs to their queues: each only if it is still there, so that of several requeuers one moves it. A job
-- whose name nobody ever knew, and an entry that is no job, goes to the dead jobs.
--
-- A firing of a schedule that was moved before is dropped: a Go process whose clock is slow adds it again. One of a
-- schedule that does not overlap is dropped, too, while the last one's claim stands: that still waits or runs.
--
-- KEYS[1..4] retry or scheduled, known_jobs, dead, the last firings that were moved, by schedule
-- KEYS[4+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    milliseconds that a claim lasts
-- ARGV[3…]   for each job: index of its queue or 0 for none, name, entry, entry for the queue, entry for the dead jobs,
--            of a firing: schedule and time, else '' and ''; to claim first: claim, owner, id, else '' three times
-- Returns    { how many went to their queues, how many to the dead jobs, how many were dropped }
local milliseconds, lasts = tonumber(ARGV[1]), ARGV[2]
local now = milliseconds and math.floor(milliseconds / 1000) or redis.call('TIME')[1]
local requeued, dead, dropped = 0, 0, 0

-- A firing has its time as its score; one that was snoozed has another, and is not a firing any more.
local function wasMoved(entry, schedule, time)
  if schedule == '' or tonumber(redis.call('ZSCORE', KEYS[1], entry)) ~= tonumber(time) then return false end
  if (tonumber(redis.call('HGET', KEYS[4], schedule) or '') or 0) >= tonumber(time) then return true end
  redis.call('HSET', KEYS[4], schedule, time)
  return false
end

local function overlaps(claim, owner, id)
  if claim == '' then return false end
  if not redis.call('SET', claim, '1', 'NX', 'PX', lasts) then return true end
  redis.call('SET', owner, id, 'PX', lasts)
  return false
end

for i = 3, #ARGV, 10 do
  local queue, name, entry = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2]
  if redis.call('ZSCORE', KEYS[1], entry) then
    local moved = wasMoved(entry, ARGV[i + 5], ARGV[i + 6])
    redis.call('ZREM', KEYS[1], entry)
    if moved or overlaps(ARGV[i + 7], ARGV[i + 8], ARGV[i + 9]) then
      dropped = dropped + 1
    elseif queue > 0 and redis.call('SISMEMBER', KEYS[2], name) == 1 then
      redis.call('LPUSH', KEYS[4 + queue], ARGV[i + 3])
      requeued = requeued + 1
    else
      redis.call('ZADD', KEYS[3], now, ARGV[i + 4])
      dead = dead + 1
    end
  end
end
return { requeued, dead, dropped }
