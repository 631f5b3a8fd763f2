-- Prepended to other scripts. Defines the functions for a unique job's claim: a gocraft/work key, together with a key
-- of this engine that names the job that owns the claim.
--
-- The owner key contains '<id>' until the job starts, and 'running <id>' once the job has started and holds the claim
-- until it ends; it contains 'running ' if the job that holds the claim is unknown. Go processes delete and renew
-- claims and leave the owner key unchanged. The owner key is therefore trusted only if both keys expire at the same
-- moment, which only a script of this engine sets.

-- Returns the moment at which a claim that is made or renewed now ends, in milliseconds since the epoch.
local function claimEnd(lasts)
  local time = redis.call('TIME')
  return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(lasts))
end

-- Reads the keys that freeClaim and makeClaim write, so that a key of the wrong kind, or one that is leaving this node
-- of a Cluster, ends a script before its first removal. Reads nothing for a claim ''.
local function probeClaim(queue, claim, owner)
  if claim == '' then return end
  redis.call('LLEN', queue)
  redis.call('EXISTS', claim, owner)
end

local function setClaim(claim, owner, value, id, ends)
  redis.call('SET', claim, value, 'PXAT', ends)
  redis.call('SET', owner, id, 'PXAT', ends)
end

-- Makes the claim unless it exists. Returns whether it did.
local function makeClaim(claim, owner, value, id, ends)
  if not redis.call('SET', claim, value, 'NX', 'PXAT', ends) then return false end
  redis.call('SET', owner, id, 'PXAT', ends)
  return true
end

-- Returns the owner, if it can be trusted. The clock may advance between commands, so the owner's remaining time is
-- compared with that of the claim before and after.
local function ownerOf(claim, owner)
  local id = redis.pcall('GET', owner)
  if type(id) ~= 'string' then return nil end
  local before, left, after = redis.call('PTTL', claim), redis.call('PTTL', owner), redis.call('PTTL', claim)
  return after > 0 and left <= before and left >= after and id or nil
end

-- Returns whether the claim is known to belong to another job.
local function isAnothers(claim, owner, id)
  local owning = ownerOf(claim, owner)
  local ownId = owning and owning:gsub('^running ', '') or ''
  return ownId ~= '' and ownId ~= id
end

-- Returns the job of an entry, if the entry is valid. A JavaScript string may contain half a surrogate pair, for
-- example after a cut inside an emoji. JSON can represent it, but cjson rejects it.
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

-- Returns the job stored as a claim's value, if it has an id.
local function storedIn(value)
  if type(value) ~= 'string' or value == '1' then return nil end
  local job = jobOf(value)
  return job and type(job.id) == 'string' and job or nil
end

-- Returns the id and the entry of the job stored under the claim, if there is one.
local function storedUnder(claim)
  local value = redis.pcall('GET', claim)
  local job = storedIn(value)
  if job then return job.id, value end
end

-- Extends the claim of a started job, or makes it again if it is gone. Leaves another job's claim alone.
local function renewClaim(claim, owner, id, lasts)
  if isAnothers(claim, owner, id) then return end
  local ends = claimEnd(math.max(tonumber(lasts), redis.call('PTTL', claim)))
  if redis.call('PEXPIREAT', claim, ends) == 0 then redis.call('SET', claim, '1', 'PXAT', ends) end
  redis.call('SET', owner, 'running ' .. id, 'PXAT', ends)
end

-- Releases a job's claim, unless it belongs to another job. A job that was enqueued under the claim while its owner
-- ran is not lost: it moves to the queue and takes over the claim.
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
