-- Enqueues unique jobs, each only if its claim is free. A job whose claim is taken is a duplicate. If it was enqueued
-- with the caller's key, its entry is stored under the claim and replaces the waiting job when that is fetched.
--
-- Follows the rule of gocraft/work, which reads and writes the same claims, with three additions: a claim outlives the
-- job's run time, a replacement keeps the first job's id, and a duplicate without a key does not delete a replacement.
-- Runs after claims.lua.
--
-- KEYS[1..2] scheduled, known_jobs
-- KEYS[3…]   for each job: its queue, its claim, the claim's owner
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    a claim's minimum lifetime, also counted from the run time, in milliseconds
-- ARGV[3..4] the prefix of carriers' keys, and how long a carrier outlives the run time, in milliseconds
-- ARGV[5…]   for each job: name, id, entry, 'any' or 'keyed', 'now' or 'in' or 'at', seconds, its carrier or ''
-- Returns    for each job: { 'enqueued' or 'updated' or 'duplicate', the waiting job's id or '', run time in seconds
--            or '' }
local milliseconds, least = tonumber(ARGV[1]), tonumber(ARGV[2])
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.ceil(time[2] / 1000)
end

-- Returns the owner of the claim. A job that arrives under a key's claim waits there until a started owner has ended.
-- An owner that has started is therefore trusted in any case, and a claim without an owner and without a waiting job is
-- assumed to be held: one of the jobs that end then enqueues the waiting one.
local function ownerFor(claim, owner, keyed)
  local owning = ownerOf(claim, owner)
  if owning or not keyed then return owning end
  local id = redis.pcall('GET', owner)
  if type(id) == 'string' and id:match('^running ') then return id end
  return not storedUnder(claim) and 'running ' or nil
end

-- The carried context belongs to the arguments: a job that replaces the arguments also replaces the context.
local function carry(id, carrier, delay)
  if carrier == '' then return end
  redis.call('SET', ARGV[3] .. id, carrier, 'PX', string.format('%.0f', ARGV[4] + delay))
end

-- A key of the wrong kind, or one that has left this node of a Cluster, ends the script before anything is written.
redis.call('ZCARD', KEYS[1])
redis.call('SCARD', KEYS[2])
for k = 3, #KEYS, 3 do probeClaim(KEYS[k], KEYS[k + 1], KEYS[k + 2]) end

local replies = {}
for i = 5, #ARGV, 7 do
  local name, id, entry, keyed = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] == 'keyed'
  local when, seconds, carrier = ARGV[i + 4], tonumber(ARGV[i + 5]), ARGV[i + 6]
  local k = 3 + (i - 5) / 7 * 3
  local queue, claim, owner = KEYS[k], KEYS[k + 1], KEYS[k + 2]

  local runAt
  if when == 'in' then runAt = math.ceil(milliseconds / 1000) + seconds end
  if when == 'at' then runAt = seconds end
  local delay = math.max(0, (runAt or 0) * 1000 - milliseconds)
  local lasts = least + delay
  redis.call('SADD', KEYS[2], name)

  if makeClaim(claim, owner, keyed and entry or '1', id, claimEnd(lasts)) then
    if runAt then
      runAt = string.format('%.0f', runAt)
      redis.call('ZADD', KEYS[1], runAt, entry)
    else
      redis.call('LPUSH', queue, entry)
    end
    carry(id, carrier, delay)
    table.insert(replies, { 'enqueued', id, runAt or '' })
  else
    local owning = ownerFor(claim, owner, keyed)
    local running = owning and owning:match('^running (.*)$')
    local waiting = owning and not running and owning or storedUnder(claim)
    lasts = math.max(lasts, redis.call('PTTL', claim))
    local ends = claimEnd(lasts)
    if keyed then
      -- A running job is not replaced: a job that arrives under its claim is separate and runs afterwards.
      if waiting then
        local before, after = string.find(entry, '"id":"' .. id .. '"', 1, true)
        entry = entry:sub(1, before - 1) .. '"id":' .. cjson.encode(waiting) .. entry:sub(after + 1)
      else
        waiting = id
      end
      redis.call('SET', claim, entry, 'PXAT', ends)
      carry(waiting, carrier, lasts - least)
    else
      redis.call('PEXPIREAT', claim, ends)
      waiting = waiting or running or ''
    end
    owning = owning or waiting
    if owning ~= '' then redis.call('SET', owner, owning, 'PXAT', ends) end
    table.insert(replies, { keyed and 'updated' or 'duplicate', waiting, '' })
  end
end
return replies
