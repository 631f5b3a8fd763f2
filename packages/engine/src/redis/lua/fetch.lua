-- Moves waiting jobs to this pool's in-progress lists and counts them in the locks, skipping names that are paused
-- or at their limit. Atomic, because a job must never be in no list, nor a lock be taken for a job that is not.
--
-- The claim of a unique job is dealt with in the same step: under gocraft/work's rule it is free as soon as the job is
-- fetched; or it is held until the job is done, if its type says so, or it is held already. A replacement that was stored under the claim goes into the
-- in-progress list instead of the entry that was fetched, so that a crash runs the newest arguments again. What the
-- entry then has to do with its claim is noted in the entry itself, as a last member "claim".
--
-- A job that is marked as cancelled is told as such: it is in progress, but not to be run.
--
-- Some jobs may be taken ahead, for workers that will be idle in a moment: only when no worker stays idle now, and only
-- while no job waits that must not be taken ahead, because that would be overtaken. Those are jobs that are unique, and
-- those of names that have a limit, that take long, or under which a process has died lately.
--
-- KEYS[1…n]  the queues, in the order in which to look
-- KEYS[n+1…] other keys that this script may read: declared when they shall be watched, because a Redis before 7.2
--            watches the keys that are declared, and a later one those that are read
-- ARGV[1]    pool id
-- ARGV[2..3] how many jobs to take at most, and how many more ahead
-- ARGV[4]    the namespace's prefix
-- ARGV[5]    milliseconds that a claim lasts
-- ARGV[6]    a letter for each queue: h if its unique jobs hold their claims until they are done, else s, or p if its
--            jobs may be taken ahead
-- ARGV[6+i]  how many of them are first offered to KEYS[i]; what its queue cannot fill goes to whoever can
-- ARGV[6+n+i] the same of those ahead, if there are any
-- Returns    { the indices of the queues that were passed over because of their limit },
--            then, in the order in which to run them: { index of a queue, how many entries, the entries },
--            the index being negative for those that are marked as cancelled. A NUL, which no JSON has, separates the
--            entries; one with a NUL in it stands by itself
local pool, wanted, wantedAhead, prefix, lasts, letters = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local SHARES = 6
local names = #letters
local atLimit = {}
local claims = prefix .. 'unique:'
local owners = prefix .. 'nestcraft:unique_owner:'

local rooms, planned, mayPrefetch = {}, {}, {}

-- How many jobs may be taken from a queue now.
local function look(i)
  local queue = KEYS[i]
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' or waiting == 0 then return 0 end
  if redis.call('EXISTS', queue .. ':paused') == 1 then return 0 end
  local limit = tonumber(redis.call('GET', queue .. ':max_concurrency') or 0) or 0
  if limit <= 0 then
    mayPrefetch[i] = letters:sub(i, i) == 'p'
    return waiting
  end
  local free = limit - math.max(0, tonumber(redis.call('GET', queue .. ':lock') or 0) or 0)
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

-- Plans to take jobs: of each queue its share first. Returns how many no queue can fill.
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

-- Whether all jobs that wait may be taken ahead.
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

local function isUnique(entry)
  return string.find(entry, '"unique"', 1, true) and string.find(entry, '"unique"%s*:%s*true')
end

-- The job of an entry that looks unique, if it is, with a claim in this namespace.
local function uniqueJob(entry)
  local ok, job = pcall(cjson.decode, entry)
  if not ok or type(job) ~= 'table' or job.unique ~= true or type(job.unique_key) ~= 'string' then return nil end
  if job.unique_key:sub(1, #claims) ~= claims then return nil end
  return job
end

local function marked(entry, claim)
  return entry:match('^(.*)}') .. ',"claim":"' .. claim .. '"}'
end

-- What stands under the claim, if it is a job that can take the place of this one.
local function replacementFor(job, value)
  if type(value) ~= 'string' or value == '1' then return nil end
  local ok, other = pcall(cjson.decode, value)
  if not ok or type(other) ~= 'table' or other.name ~= job.name or type(other.id) ~= 'string' then return nil end
  return value, other.id
end

local function isAnothers(job, claim, owner)
  local id = redis.pcall('GET', owner)
  return type(id) == 'string' and id:gsub('^running ', '') ~= job.id and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
end

local function claimed(entry, hold)
  local job = uniqueJob(entry)
  if not job then return entry end
  hold = hold or job.claim == 'held'
  local claim = job.unique_key
  local owner = owners .. claim:sub(#claims + 1)
  local fresh = job.claim == nil and (tonumber(job.fails) or 0) == 0
  local mine = (fresh or job.claim == 'held') and not isAnothers(job, claim, owner)

  if not mine then
    if hold and redis.call('SET', claim, '1', 'NX', 'PX', lasts) then
      redis.call('SET', owner, 'running ' .. tostring(job.id), 'PX', lasts)
      return marked(entry, 'held')
    end
    return job.claim == 'released' and entry or marked(entry, 'released')
  end

  local value = redis.pcall('GET', claim)
  local replacement, id
  if fresh then replacement, id = replacementFor(job, value) end
  entry = replacement or entry
  if not hold then
    redis.call('DEL', claim, owner)
    return marked(entry, 'released')
  end
  -- What arrives under the claim of a job that runs already is kept, and enqueued when that is done.
  if replacement or not value then redis.call('SET', claim, '1') end
  redis.call('PEXPIRE', claim, lasts)
  redis.call('SET', owner, 'running ' .. (id or tostring(job.id)), 'PX', lasts)
  return job.claim == 'held' and entry or marked(entry, 'held')
end

local marks = prefix .. 'nestcraft:cancelled'
local anyMarked

-- Arguments may look like an id, so what looks like a marked one is decoded.
local function isCancelled(entry)
  if anyMarked == nil then anyMarked = redis.call('EXISTS', marks) == 1 end
  if not anyMarked then return false end
  for text in entry:gmatch('"id"%s*:%s*"(.-)"') do
    local id = text:gsub('\\/', '/')
    if type(redis.pcall('ZSCORE', marks, id)) == 'string' then
      local ok, job = pcall(cjson.decode, entry)
      if ok and type(job) == 'table' and job.id == id then return true end
    end
  end
  return false
end

-- Adds an entry to those of its queue, in the order in which they come.
local function answer(groups, i, entry)
  local group = groups[#groups]
  local standsAlone = string.find(entry, '\0', 1, true)
  if standsAlone or not group or group.index ~= i or group.isClosed then
    group = { index = i, isClosed = standsAlone }
    groups[#groups + 1] = group
  end
  group[#group + 1] = entry
end

local begun, ahead = {}, {}

-- Moves `n` jobs of a queue, the first `now` of them for workers that are idle. Of the others none that is unique.
local function take(i, n, now)
  local queue, hold = KEYS[i], letters:sub(i, i) == 'h'
  local lock, shares, inProgress = queue .. ':lock', queue .. ':lock_info', queue .. ':' .. pool .. ':inprogress'
  -- What cannot be written is found out before anything is removed: it must not cost jobs.
  if type(redis.pcall('INCRBY', lock, n)) == 'table' then return end
  if type(redis.pcall('HINCRBY', shares, pool, n)) == 'table' then
    redis.call('DECRBY', lock, n)
    return
  end
  local newestFirst, entries = redis.call('LRANGE', queue, -n, -1), {}
  for j = 1, n do
    local entry = newestFirst[n + 1 - j]
    if isUnique(entry) then
      if j > now then break end
      entry = claimed(entry, hold)
    end
    entries[j] = entry
    answer(j > now and ahead or begun, isCancelled(entry) and -i or i, entry)
  end
  local taken = #entries
  for j = 1, taken, 1000 do -- unpack has a limit
    redis.call('LPUSH', inProgress, unpack(entries, j, math.min(taken, j + 999)))
  end
  redis.call('LTRIM', queue, 0, -taken - 1)
  if taken < n then
    redis.call('DECRBY', lock, n - taken)
    redis.call('HINCRBY', shares, pool, taken - n)
  end
end

local idle = planAll(wanted, SHARES)
local now = {}
for i, n in pairs(planned) do now[i] = n end
if wantedAhead > 0 and idle == 0 and noneIsOvertaken() then planAll(wantedAhead, SHARES + names) end

for i = 1, names do
  if (planned[i] or 0) > 0 then take(i, planned[i], now[i] or 0) end
end
local reply = { atLimit }
for _, groups in ipairs({ begun, ahead }) do
  for _, group in ipairs(groups) do
    reply[#reply + 1] = { group.index, #group, table.concat(group, '\0') }
  end
end
return reply
