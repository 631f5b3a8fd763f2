-- Moves due jobs to their queues: each only if it is still there, so that of several requeuers one moves it. A job
-- whose name nobody knows, or whose queue is none, is left, and told: its entry for the dead jobs is seldom needed, so it comes later.
--
-- A firing of a schedule that was moved before is dropped: a Go process whose clock is slow adds it again. One of a
-- schedule that does not overlap is dropped, too, while the last one's claim stands: that still waits or runs.
--
-- KEYS[1..4] retry or scheduled, known_jobs, dead, the last firings that were moved, by schedule
-- KEYS[4+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    milliseconds that a claim lasts
-- ARGV[3]    a letter for each queue: o if the own pool handles its name, else -. Such a name is known in any case, and
--            made known again if Redis has lost it
-- ARGV[3+i]  the queues' names
-- ARGV[…]    for each job: index of its queue, entry, entry for the queue; or 0, entry, entry for the dead jobs;
--            and before a firing 'firing', behind it its schedule and time, and what it claims first: claim, owner,
--            id, else '' three times
-- Returns    { how many went to their queues, how many to the dead jobs, how many were dropped, index of a queue whose
--            name nobody knows, … }
local milliseconds, lasts, letters = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local now = milliseconds and math.floor(milliseconds / 1000) or redis.call('TIME')[1]
local requeued, dead, dropped = 0, 0, 0
local queues = #KEYS - 4
local unknown, isUnknown = {}, {}

local function isKnown(queue)
  local name = ARGV[3 + queue]
  if redis.call('SISMEMBER', KEYS[2], name) == 1 then return true end
  if letters:sub(queue, queue) ~= 'o' then return false end
  redis.pcall('SADD', KEYS[2], name)
  return true
end

-- A key of the wrong kind is no queue, and must not cost jobs.
for queue = 1, queues do
  local isQueue = type(redis.pcall('LLEN', KEYS[4 + queue])) == 'number'
  if not isQueue or not isKnown(queue) then
    table.insert(unknown, queue)
    isUnknown[queue] = true
  end
end

-- A firing has its time as its score; one that was snoozed has another, and is not a firing any more.
local function wasMoved(score, schedule, time)
  if tonumber(score) ~= tonumber(time) then return false end
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

local i = 4 + queues
while i <= #ARGV do
  local firing = ARGV[i] == 'firing'
  if firing then i = i + 1 end
  local queue, entry = tonumber(ARGV[i]), ARGV[i + 1]
  if queue == 0 then redis.call('ZCARD', KEYS[3]) end -- This one ends it all.
  local score = firing and redis.call('ZSCORE', KEYS[1], entry)
  if not isUnknown[queue] and redis.call('ZREM', KEYS[1], entry) == 1 then
    if queue == 0 then
      redis.call('ZADD', KEYS[3], now, ARGV[i + 2])
      dead = dead + 1
    elseif firing and (wasMoved(score, ARGV[i + 3], ARGV[i + 4]) or overlaps(ARGV[i + 5], ARGV[i + 6], ARGV[i + 7])) then
      dropped = dropped + 1
    else
      redis.call('LPUSH', KEYS[4 + queue], ARGV[i + 2])
      requeued = requeued + 1
    end
  end
  i = i + (firing and 8 or 3)
end
return { requeued, dead, dropped, unpack(unknown) }
