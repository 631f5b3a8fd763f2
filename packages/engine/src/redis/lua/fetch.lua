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
-- KEYS[1…n]  the queues, in the order in which to look
-- KEYS[n+1…] other keys that this script may read: declared when they shall be watched, because a Redis before 7.2
--            watches the keys that are declared, and a later one those that are read
-- ARGV[1]    pool id
-- ARGV[2]    how many jobs to take at most
-- ARGV[3]    the namespace's prefix
-- ARGV[4]    milliseconds that a claim lasts
-- ARGV[5]    a letter for each queue: h if its unique jobs hold their claims until they are done, s until the start
-- ARGV[5+i]  how many of them are first offered to KEYS[i]; what its queue cannot fill goes to whoever can
-- Returns    { the indices of the queues that were passed over because of their limit },
--            then for each queue that gave jobs: { its index, entry, entry, … }
--            and the same, with the index negative, for those that are marked as cancelled
local pool, wanted, prefix, lasts, untils = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
local SHARES = 5
local names = #ARGV - SHARES
local taken, atLimit = {}, {}
local claims = prefix .. 'unique:'
local owners = prefix .. 'nestcraft:unique_owner:'

local function room(i)
  local queue = KEYS[i]
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' or waiting == 0 then return 0 end
  if redis.call('EXISTS', queue .. ':paused') == 1 then return 0 end
  local limit = tonumber(redis.call('GET', queue .. ':max_concurrency') or 0) or 0
  if limit <= 0 then return waiting end
  local free = limit - math.max(0, tonumber(redis.call('GET', queue .. ':lock') or 0) or 0)
  if free < waiting then table.insert(atLimit, i) end
  return math.min(waiting, free)
end

-- The job under a unique entry, if there is one with a claim in this namespace.
local function uniqueJob(entry)
  if not string.find(entry, '"unique"%s*:%s*true') then return nil end
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
  local id = redis.call('GET', owner)
  return id and id:gsub('^running ', '') ~= job.id and math.abs(redis.call('PTTL', owner) - redis.call('PTTL', claim)) <= 1
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
    if redis.call('ZSCORE', marks, id) then
      local ok, job = pcall(cjson.decode, entry)
      if ok and type(job) == 'table' and job.id == id then return true end
    end
  end
  return false
end

local function take(i, most)
  local queue, hold = KEYS[i], untils:sub(i, i) == 'h'
  local n = math.min(most, room(i))
  if n <= 0 then return end
  redis.call('INCRBY', queue .. ':lock', n)
  redis.call('HINCRBY', queue .. ':lock_info', pool, n)
  wanted = wanted - n
  while n > 0 do
    local entries = redis.call('RPOP', queue, math.min(n, 1000)) -- unpack has a limit
    for j, entry in ipairs(entries) do
      entries[j] = claimed(entry, hold)
      local index = isCancelled(entries[j]) and -i or i
      taken[index] = taken[index] or { index }
      table.insert(taken[index], entries[j])
    end
    redis.call('LPUSH', queue .. ':' .. pool .. ':inprogress', unpack(entries))
    n = n - #entries
  end
end

for i = 1, names do
  local share = tonumber(ARGV[SHARES + i])
  if share > 0 then take(i, math.min(share, wanted)) end
end
for i = 1, names do
  if wanted <= 0 then break end
  take(i, wanted)
end

local reply = { atLimit }
for _, group in pairs(taken) do table.insert(reply, group) end
return reply
