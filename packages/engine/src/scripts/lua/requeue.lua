-- Moves due jobs to their queues, each only if it still exists, so that only one of several requeuers moves it. A job
-- whose name no pool knows stays and is reported: its entry for the dead jobs is seldom needed and is sent in a later
-- call. A job whose queue is a key of the wrong kind is due again in a minute: it is not lost, and does not block the
-- jobs behind it.
--
-- A firing of a schedule that was moved before is dropped: a Go process with a slow clock adds it again. A firing of a
-- schedule without overlap is also dropped while the previous claim exists: that job is still waiting or running. Runs
-- after claims.lua.
--
-- KEYS[1..4] retry or scheduled, known_jobs, dead, the last moved firings by schedule
-- KEYS[4+i]  the queues
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    a claim's lifetime in milliseconds
-- ARGV[3]    a letter for each queue: o if the calling pool handles its name, else -. An o name counts as known, and is
--            registered again if Redis has lost it
-- ARGV[3+i]  the queues' names
-- ARGV[…]    for each job: index of its queue, entry, entry for the queue; or 0, entry, entry for the dead jobs;
--            a firing is preceded by 'firing' and followed by its schedule, its time, and the claim that it needs: claim,
--            owner, id, else '' three times; a job for the dead jobs that holds a claim is preceded by 'frees' and followed by
--            the claim, its owner, the job's own queue and id
-- Returns    { the numbers of jobs moved to their queues, moved to the dead jobs, and dropped; the number of queues that are
--            keys of the wrong kind, their indices, the indices of queues whose name no pool knows }
local milliseconds, lasts, letters = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local now = milliseconds and math.floor(milliseconds / 1000) or redis.call('TIME')[1]
local requeued, dead, dropped = 0, 0, 0
local CLOCKS_DIFFER = 15 -- Seconds, as in firing-plan.ts.
local queues = #KEYS - 4
local unknown, broken, isLeft = {}, {}, {}
local POSTPONED_BY = 60 -- Seconds.

local jobs = {}
local i = 4 + queues
while i <= #ARGV do
  local isFiring, frees = ARGV[i] == 'firing', ARGV[i] == 'frees'
  if isFiring or frees then i = i + 1 end
  local job = { queue = tonumber(ARGV[i]), due = ARGV[i + 1], entry = ARGV[i + 2] }
  if isFiring then
    job.firing = { schedule = ARGV[i + 3], time = ARGV[i + 4], claim = ARGV[i + 5], owner = ARGV[i + 6], id = ARGV[i + 7] }
  end
  if frees then job.freed = { claim = ARGV[i + 3], owner = ARGV[i + 4], queue = ARGV[i + 5], id = ARGV[i + 6] } end
  jobs[#jobs + 1] = job
  i = i + (isFiring and 8 or frees and 7 or 3)
end

-- Every key written below is read before the first removal: a key of the wrong kind, or one that is leaving this node
-- of a Cluster, ends the script before it costs jobs.
for _, job in ipairs(jobs) do
  if job.queue == 0 then redis.call('ZCARD', KEYS[3]) end
  if job.freed then probeClaim(job.freed.queue, job.freed.claim, job.freed.owner) end
  if job.firing then
    redis.call('HLEN', KEYS[4])
    if job.firing.claim ~= '' then redis.call('EXISTS', job.firing.claim, job.firing.owner) end
  end
end
local function isKnown(queue)
  local name = ARGV[3 + queue]
  if redis.call('SISMEMBER', KEYS[2], name) == 1 then return true end
  if letters:sub(queue, queue) ~= 'o' then return false end
  redis.pcall('SADD', KEYS[2], name)
  return true
end

for queue = 1, queues do
  local length = redis.pcall('LLEN', KEYS[4 + queue])
  local isQueue = type(length) == 'number'
  if not isQueue and not length.err:find('WRONGTYPE', 1, true) then return length end
  if not isQueue or not isKnown(queue) then
    table.insert(isQueue and unknown or broken, queue)
    isLeft[queue] = isQueue and 'unknown' or 'broken'
  end
end

-- Redis deletes the set with its last entry. While the set is leaving this node, it may not be read after that.
local left = redis.call('ZCARD', KEYS[1])
local function take(job)
  local reason = isLeft[job.queue]
  if reason == 'broken' then redis.pcall('ZADD', KEYS[1], 'XX', now + POSTPONED_BY, job.due) end
  if reason or left == 0 then return false end
  job.score = job.firing and redis.call('ZSCORE', KEYS[1], job.due)
  local taken = redis.call('ZREM', KEYS[1], job.due)
  left = left - taken
  return taken == 1
end

-- The score of a firing is its time; a snoozed one has another score and is no longer a firing. Only due firings are
-- moved. A recorded last firing that is ahead of now by more than the clock tolerance was moved while Redis's clock
-- was wrong, and says nothing about earlier ones.
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

local function isDropped(job)
  local firing = job.firing
  if not firing then return false end
  return wasMoved(job.score, firing.schedule, firing.time) or overlaps(firing.claim, firing.owner, firing.id)
end

for _, job in ipairs(jobs) do
  if take(job) then
    if job.queue == 0 then
      redis.call('ZADD', KEYS[3], now, job.entry)
      if job.freed then freeClaim(job.freed.queue, job.freed.claim, job.freed.owner, lasts, job.freed.id) end
      dead = dead + 1
    elseif isDropped(job) then
      dropped = dropped + 1
    else
      redis.call('LPUSH', KEYS[4 + job.queue], job.entry)
      requeued = requeued + 1
    end
  end
end
local reply = { requeued, dead, dropped, #broken }
for _, queues in ipairs({ broken, unknown }) do
  for _, queue in ipairs(queues) do reply[#reply + 1] = queue end
end
return reply
