-- Prepended to other scripts. Defines what they do with the claim of a unique job: a key of gocraft/work's, beside which
-- another key of this engine's own names the job that owns the claim.
--
-- An owner reads 'running <id>' once its job has been started and holds the claim until it has ended, and '<id>' before;
-- 'running ' where a job holds it that nobody can name. Go processes remove and renew claims and leave the owner as it is. It is therefore believed only if both keys expire at
-- the same moment, to which one script has set both.

-- The moment, in milliseconds since the epoch, at which a claim ends that is made or renewed now.
local function claimEnd(lasts)
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(lasts))
end

-- Looks at what freeClaim and makeClaim write: a key of the wrong kind, or one that a node of a Cluster is just giving
-- away, ends a script so before its first removal. Nothing is looked at for a claim ''.
local function probeClaim(queue, claim, owner)
  if claim == '' then return end
  redis.call('LLEN', queue)
  redis.call('EXISTS', claim, owner)
end

local function setClaim(claim, owner, value, id, ends)
  redis.call('SET', claim, value, 'PXAT', ends)
  redis.call('SET', owner, id, 'PXAT', ends)
end

-- Makes the claim unless there is one. Returns whether it did.
local function makeClaim(claim, owner, value, id, ends)
  if not redis.call('SET', claim, value, 'NX', 'PXAT', ends) then return false end
  redis.call('SET', owner, id, 'PXAT', ends)
  return true
end

-- The owner, if it is to be believed. The clock may move on from one command to the next, so the time that is left to the
-- owner is compared with that of the claim before and after.
local function ownerOf(claim, owner)
  local id = redis.pcall('GET', owner)
  if type(id) ~= 'string' then return nil end
  local before, left, after = redis.call('PTTL', claim), redis.call('PTTL', owner), redis.call('PTTL', claim)
  return after > 0 and left <= before and left >= after and id or nil
end

-- Whether the claim is known to be another job's.
local function isAnothers(claim, owner, id)
  local owning = ownerOf(claim, owner)
  local ownId = owning and owning:gsub('^running ', '') or ''
  return ownId ~= '' and ownId ~= id
end

-- The job of an entry, if it is one. A text of JavaScript may have half a surrogate pair in it, such as one that was cut
-- in the middle of an emoji; JSON can tell of it, but cjson refuses it.
local function jobOf(entry)
  local ok, job = pcall(cjson.decode, entry)
  if not ok then
    local whole = entry:gsub('(\\+)u[dD][89a-fA-F]%x%x', function(slashes)
      return #slashes % 2 == 1 and slashes .. 'ufffd' or nil
    end)
    ok, job = pcall(cjson.decode, whole)
  end
  return ok and type(job) == 'table' and job or nil
end

-- The job that a claim's value is, if it is one with an id.
local function storedIn(value)
  if type(value) ~= 'string' or value == '1' then return nil end
  local job = jobOf(value)
  return job and type(job.id) == 'string' and job or nil
end

-- The id of the job that is stored under the claim, if one is, and the job's entry.
local function storedUnder(claim)
  local value = redis.pcall('GET', claim)
  local job = storedIn(value)
  if job then return job.id, value end
end

-- Has the claim of a started job last longer, or makes it again if it is gone. Another job's claim is left alone.
local function renewClaim(claim, owner, id, lasts)
  if isAnothers(claim, owner, id) then return end
  local ends = claimEnd(math.max(tonumber(lasts), redis.call('PTTL', claim)))
  if redis.call('PEXPIREAT', claim, ends) == 0 then redis.call('SET', claim, '1', 'PXAT', ends) end
  redis.call('SET', owner, 'running ' .. id, 'PXAT', ends)
end

-- Ends the claim of a job, unless it is another's. A job that was enqueued under it while its owner ran is not lost: it goes
-- to the queue, with the claim.
local function freeClaim(queue, claim, owner, lasts, id)
  if isAnothers(claim, owner, id) then return end
  local waitingId, waiting = storedUnder(claim)
  if waitingId and waitingId ~= id then
    redis.call('LPUSH', queue, waiting)
    setClaim(claim, owner, '1', waitingId, claimEnd(lasts))
  else
    redis.call('DEL', claim, owner)
  end
end
