-- Moves waiting jobs to this pool's in-progress lists and counts them in the locks. Skips names that are paused or at
-- their limit. Atomic, because a job must always be in a list, and no lock may be held for a job that is not in
-- progress. Runs after claims.lua.
--
-- The claim of a unique job is handled in the same step. Under gocraft/work's rule it ends as soon as the job is
-- fetched; it is held until the job has ended if the job's type says so, or if it is held already. A replacement that
-- was stored under the claim goes into the in-progress list instead of the fetched entry, so that the newest arguments
-- run again after a crash. The entry records its relation to the claim in a last member "claim": "held" until the job
-- is done or dead, "kept" until it is done, or "released".
--
-- A job that is marked as cancelled is reported as such: it is in progress, but must not run.
--
-- Some jobs may be prefetched, for workers that will be idle in a moment. That happens only if no worker stays idle
-- now, and only while no waiting job is excluded from prefetching, because it would be overtaken: a unique job, or a
-- job of a name that has a limit, whose jobs are long, or under which a process has recently died.
--
-- Plain commands may move the jobs of queues with long entries, because a script copies an entry several times and
-- each copy is expensive. They may do so only while none of the above can concern these jobs. Each fetch reports
-- whether that is the case; the report also covers the jobs that were moved just before it.
--
-- KEYS[1…n]  the queues, in the order in which to check them
-- KEYS[n+1…] other keys that this script may read. They are declared if Redis must track them: Redis before 7.2 tracks
--            the declared keys, and later versions those that are read
-- ARGV[1]    pool id
-- ARGV[2..3] the maximum number of jobs to fetch, and of further jobs to prefetch
-- ARGV[4]    the namespace's prefix
-- ARGV[5]    a claim's lifetime in milliseconds
-- ARGV[6]    the maximum bytes of entries to fetch; one job is fetched whatever its size
-- ARGV[7]    a letter for each queue, which says how its unique jobs treat their claims: h holds them until the jobs
--            are done or dead, k keeps them until they are done, s ends them now, and p ends them now and permits
--            prefetching. The letter is a capital if the queue's entries are long
-- ARGV[7+i]  how many of the jobs are offered to KEYS[i] first; a share that its queue cannot fill goes to the others
-- ARGV[7+n+i] the same for the jobs to prefetch, if any
-- Returns    { the indices of the queues that were skipped because of their limit },
--            1 if jobs were left because of their size, else 0,
--            { index of a queue from which Redis refuses fetches, the reason, … },
--            { 1 if plain commands may prefetch jobs, else 0, then index of a queue whose jobs they may move, how many
--            jobs it has left, … }, empty if no queue has long entries,
--            then, in the order in which to run them: { index of a queue, how many entries, the entries }.
--            The index is negative for jobs that are marked as cancelled. NUL, which no JSON contains, separates the
--            entries; an entry that is long or contains NUL comes in a group of its own
local pool, wanted, wantedAhead, prefix, lasts = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local maxBytes, letters = tonumber(ARGV[6]), ARGV[7]:lower()
local SHARES = 7
-- Lua copies longer texts several times to join them.
local PACKED_BYTES = 7000
-- The number of short entries that are read together.
local MAX_READ = 50
local NOTES = { h = 'held', k = 'kept' }
local names = #letters
local atLimit, refusals = {}, {}
local claims = prefix .. 'unique:'
local owners = prefix .. 'nestcraft:unique_owner:'

local rooms, planned, mayPrefetch = {}, {}, {}

-- A queue that Redis refuses must not prevent fetches from the others.
local function refuse(i, reply)
  refusals[#refusals + 1] = i
  refusals[#refusals + 1] = reply.err
end

-- Returns how many jobs may be fetched from a queue now.
local function look(i)
  local queue = KEYS[i]
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' then
    refuse(i, waiting)
    return 0
  end
  if waiting == 0 then return 0 end
  if redis.call('EXISTS', queue .. ':paused') == 1 then return 0 end
  local limit, lock = redis.pcall('GET', queue .. ':max_concurrency'), 0
  if type(limit) == 'string' then lock = redis.pcall('GET', queue .. ':lock') end
  for _, reply in ipairs({ limit or 0, lock or 0 }) do
    if type(reply) == 'table' then
      refuse(i, reply)
      return 0
    end
  end
  limit = tonumber(limit or 0) or 0
  if limit <= 0 then
    mayPrefetch[i] = letters:sub(i, i) == 'p'
    return waiting
  end
  local free = limit - math.max(0, tonumber(lock or 0) or 0)
  if free < waiting then table.insert(atLimit, i) end
  return math.min(waiting, free)
end

local function plan(i, most)
  rooms[i] = rooms[i] or look(i)
  local before = planned[i] or 0
  local n = math.max(0, math.min(most, rooms[i] - before))
  planned[i] = before + n
  return n
end

-- Plans fetches, each queue's share first. Returns the number that no queue can fill.
local function planAll(most, shares)
  for i = 1, names do
    local share = tonumber(ARGV[shares + i])
    if share > 0 then most = most - plan(i, math.min(share, most)) end
  end
  for i = 1, names do
    if most <= 0 then break end
    most = most - plan(i, most)
  end
  return most
end

-- Returns whether all waiting jobs may be prefetched.
local function noneIsOvertaken()
  for i = 1, names do
    rooms[i] = rooms[i] or look(i)
    if rooms[i] > 0 then
      if not mayPrefetch[i] then return false end
      local name = KEYS[i]:sub(#prefix + #'jobs:' + 1)
      if redis.call('EXISTS', prefix .. 'nestcraft:reaped:' .. name) == 1 then return false end
    end
  end
  return true
end

-- A pattern with a q is found fastest: texts contain few of them, and a search stops at every occurrence of the
-- pattern's first letter.
local function isUnique(entry)
  return string.find(entry, 'que"', 1, true) and string.find(entry, '"unique"%s*:%s*true')
end

-- Returns the job of an entry that looks unique, if it is unique and its claim is in this namespace.
local function uniqueJob(entry)
  local job = jobOf(entry)
  if not job or job.unique ~= true or type(job.unique_key) ~= 'string' then return nil end
  if job.unique_key:sub(1, #claims) ~= claims then return nil end
  return job
end

local function marked(entry, claim)
  return entry:match('^(.*)}') .. ',"claim":"' .. claim .. '"}'
end

-- Returns the entry of a unique job as it is stored in progress; or nil, and Redis's reason for refusing its claim.
-- `note` says how its type holds claims, or is nil.
local function claimed(entry, note)
  local job = uniqueJob(entry)
  if not job then return entry end
  local holds = job.claim == 'held' or job.claim == 'kept'
  note = note or holds and job.claim or nil
  local claim = job.unique_key
  local owner = owners .. claim:sub(#claims + 1)
  -- A Cluster slot moves key by key.
  local there = redis.pcall('EXISTS', claim, owner)
  if type(there) == 'table' then return nil, there end
  local id = tostring(job.id)
  local fresh = job.claim == nil and (tonumber(job.fails) or 0) == 0
  local mine = (fresh or holds) and not isAnothers(claim, owner, id)

  if not mine then
    if note and makeClaim(claim, owner, '1', 'running ' .. id, claimEnd(lasts)) then return marked(entry, note) end
    return job.claim == 'released' and entry or marked(entry, 'released')
  end

  local value = redis.pcall('GET', claim)
  -- A job of the same name that is stored under the claim replaces this one.
  local other = fresh and storedIn(value)
  local isReplaced = other and other.name == job.name
  if isReplaced then entry, id = value, other.id end
  if not note then
    redis.call('DEL', claim, owner)
    return marked(entry, 'released')
  end
  -- A job that arrives under the claim of a running job is kept, and enqueued when that has ended.
  if isReplaced or not value then value = '1' end
  if type(value) == 'string' then setClaim(claim, owner, value, 'running ' .. id, claimEnd(lasts)) end
  return job.claim == note and entry or marked(entry, note)
end

local marks = prefix .. 'nestcraft:cancelled'
local anyMarked

-- Arguments may look like an id, so an apparent match is decoded.
local function isCancelled(entry)
  if anyMarked == nil then anyMarked = redis.call('EXISTS', marks) == 1 end
  if not anyMarked then return false end
  for text in entry:gmatch('"id"%s*:%s*"(.-)"') do
    local id = text:gsub('\\/', '/')
    if type(redis.pcall('ZSCORE', marks, id)) == 'string' then
      local job = jobOf(entry)
      if job and job.id == id then return true end
    end
  end
  return false
end

-- Adds an entry to the group of its queue, in order.
local function answer(groups, i, entry)
  local group = groups[#groups]
  local bytes = #entry + 1
  local isLong = bytes > PACKED_BYTES or string.find(entry, '\0', 1, true)
  if isLong or not group or group.index ~= i or group.bytes + bytes > PACKED_BYTES then
    group = { index = i, bytes = isLong and PACKED_BYTES or 0 }
    groups[#groups + 1] = group
  end
  group.bytes = group.bytes + bytes
  group[#group + 1] = entry
end

local begun, ahead = {}, {}
local bytes, isFull = 0, false

-- Counts jobs of a queue as in progress. Returns whether Redis permits it.
local function countIn(i, n)
  local lock, shares = KEYS[i] .. ':lock', KEYS[i] .. ':lock_info'
  -- Redis permits a removal when out of memory, even if it removes nothing, and then permits the rest of the script.
  redis.call('LTRIM', KEYS[i], 0, -1)
  local reply = redis.pcall('INCRBY', lock, n)
  if type(reply) == 'number' then
    reply = redis.pcall('HINCRBY', shares, pool, n)
    if type(reply) == 'number' then return true end
    redis.call('DECRBY', lock, n)
  end
  refuse(i, reply)
  return false
end

-- Handles the claim of an entry and adds it to the reply. Returns the entry as it is stored in progress; nil if it
-- must stay.
local function accepted(i, entry, isAhead)
  isFull = bytes > 0 and bytes + #entry > maxBytes
  if isFull then return nil end
  if isUnique(entry) then
    if isAhead then return nil end
    local reply
    entry, reply = claimed(entry, NOTES[letters:sub(i, i)])
    if not entry then return refuse(i, reply) end
  end
  bytes = bytes + #entry
  answer(isAhead and ahead or begun, isCancelled(entry) and -i or i, entry)
  return entry
end

-- Moves the next `n` jobs of a queue; those after the first `now` are prefetched. Returns the number moved.
local function moveSome(i, inProgress, n, now)
  local newestFirst, entries = redis.call('LRANGE', KEYS[i], -n, -1), {}
  for j = 1, n do
    entries[j] = accepted(i, newestFirst[n + 1 - j], j > now)
    if not entries[j] then break end
  end
  local moved = #entries
  if moved > 0 then
    redis.call('LPUSH', inProgress, unpack(entries))
    redis.call('LTRIM', KEYS[i], 0, -moved - 1)
  end
  return moved
end

-- Moves the next job of a queue. Reading a long entry and writing it again would copy it twice as often. Returns 1, or
-- 0 if the job must stay.
local function moveOne(i, inProgress, now)
  local entry = redis.call('LMOVE', KEYS[i], inProgress, 'RIGHT', 'LEFT')
  local moved = accepted(i, entry, now < 1)
  if not moved then
    redis.call('LMOVE', inProgress, KEYS[i], 'LEFT', 'RIGHT')
    return 0
  end
  if moved ~= entry then redis.call('LSET', inProgress, 0, moved) end
  return 1
end

-- Moves `n` jobs of a queue, the first `now` of them for idle workers. None of the others is unique.
local function take(i, n, now)
  -- Write errors are detected before anything is removed, so that they cost no jobs.
  local inProgress = KEYS[i] .. ':' .. pool .. ':inprogress'
  local length = redis.pcall('LLEN', inProgress)
  if type(length) ~= 'number' then return refuse(i, length) end
  if not countIn(i, n) then return end
  -- The length of entries is unknown before they are read.
  local taken, wanted, moved, before = 0, 1, nil, bytes
  repeat
    wanted = math.min(wanted, n - taken)
    moved = wanted > 1 and moveSome(i, inProgress, wanted, now - taken) or moveOne(i, inProgress, now - taken)
    taken = taken + moved
    local size = (bytes - before) / math.max(1, taken)
    wanted = size > PACKED_BYTES and 1 or MAX_READ
    -- Reading a long entry only to reject it would cost as much as fetching it.
    isFull = isFull or taken < n and size > PACKED_BYTES and bytes + size > maxBytes
  until moved == 0 or taken == n or isFull
  if taken < n then
    redis.call('DECRBY', KEYS[i] .. ':lock', n - taken)
    redis.call('HINCRBY', KEYS[i] .. ':lock_info', pool, taken - n)
  end
end

-- Returns whether plain commands may move jobs of a queue: only this script respects a limit or detects a cancelled
-- job.
local function isOpen(i)
  local limit = redis.pcall('GET', KEYS[i] .. ':max_concurrency')
  local isLimited = type(limit) == 'table' or (tonumber(limit or 0) or 0) > 0
  return not isLimited and redis.call('EXISTS', KEYS[i] .. ':paused', marks) == 0
end

-- Returns the report about the queues with long entries.
local function openQueues()
  local open = {}
  if ARGV[7] == letters then return open end
  for i = 1, names do
    if ARGV[7]:sub(i, i) ~= letters:sub(i, i) then
      open[1] = open[1] or noneIsOvertaken() and 1 or 0
      local left = redis.pcall('LLEN', KEYS[i])
      if type(left) == 'number' and isOpen(i) then
        open[#open + 1] = i
        open[#open + 1] = left
      end
    end
  end
  return open
end

local idle = planAll(wanted, SHARES)
local now = {}
for i, n in pairs(planned) do now[i] = n end
if wantedAhead > 0 and idle == 0 and noneIsOvertaken() then planAll(wantedAhead, SHARES + names) end

for i = 1, names do
  if isFull then break end
  if (planned[i] or 0) > 0 then take(i, planned[i], now[i] or 0) end
end
local reply = { atLimit, isFull and 1 or 0, refusals, openQueues() }
for _, groups in ipairs({ begun, ahead }) do
  for _, group in ipairs(groups) do
    reply[#reply + 1] = { group.index, #group, #group == 1 and group[1] or table.concat(group, '\0') }
  end
end
return reply
