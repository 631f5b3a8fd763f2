-- Reads at one moment what decides when a job starts: where the job is, the settings of its name, the pools that handle
-- the name, and how busy they are. Changes nothing. Runs after read-any.lua, read-some.lua and claims.lua.
--
-- There is no index of jobs by id, so entries are searched. The search is bounded, as is everything else that is read
-- here: some entries at either end of each queue and set, and some names, pools and workers. The reply says how much was
-- searched.
--
-- KEYS[1]    any key of the namespace
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    the namespace's prefix
-- ARGV[3]    seconds after its last beat at which a pool is dead
-- ARGV[4..5] what the question is about: 'id' and the id, 'claim' and its key, or 'name' and ''
-- ARGV[6]    the number of names to search, 0 for all known names
-- ARGV[7…]   these names, then the forms in which an entry may contain the id or the claim's key
-- Returns    { now in milliseconds,
--            { place of the job or '', its name, its entry, score or position, pool or '' },
--            { entries that were searched, entries that there are },
--            { id, when its mark as cancelled expires or '', deaths, started_at of its run or '', host and last beat of its
--              pool or '' },
--            { owner of the claim or '', 1 if the owner has started, PTTL of the claim },
--            { 1 if the name is known, waiting jobs, PTTL of the pause or -2, limit, lock, idle workers, waiting jobs of
--              other names for the same workers },
--            { for each job or pool that fills the limit: { pool, host, id of the job or '' } },
--            { for each pool that handles the name: { id, last beat, concurrency, host, engine, stopping since or '',
--              seconds without an answer to its fetches or '', its busy workers or -1 } },
--            { the counts of the name's runs in each of the last minutes, as JSON or '' } }
local now, prefix, deadAfter = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local question, wanted, count = ARGV[4], ARGV[5], tonumber(ARGV[6])
local ENTRIES, BYTES, NAMES, LISTS, POOLS, HOLDERS, SHARES, MINUTES = 500, 256 * 1024, 1000, 100, 500, 10, 400, 5
local names, forms = {}, {}
for i = 7, 6 + count do names[#names + 1] = ARGV[i] end
for i = 7 + count, #ARGV do forms[#forms + 1] = ARGV[i] end
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local found
local looked, total, bytes = 0, 0, 0
local isSet = { scheduled = true, retry = true, dead = true }

local function queueOf(name) return prefix .. 'jobs:' .. name end

local function sizeOf(command, key)
  local size = readAny(command, key)
  return type(size) == 'number' and size or 0
end

local function numberIn(key)
  local value = readAny('GET', key)
  return type(value) == 'string' and tonumber(value) or 0
end

local function hash(key, ...)
  local values = readAny('HMGET', key, ...)
  return values.err and {} or values
end

-- Arguments may look like an id, so an apparent match is decoded.
local function isWanted(entry)
  for _, form in ipairs(forms) do
    if string.find(entry, form, 1, true) then
      local job = jobOf(entry)
      if job and (question == 'claim' and job.unique_key or job.id) == wanted then return true end
    end
  end
  return false
end

-- Reads the id without decoding the entry, if it is where both engines write it.
local function idOf(entry)
  local id = entry:sub(1, 500):match('^{"name":"[^"\\]*","id":"([^"\\]*)"')
  local job = not id and jobOf(entry)
  return id or job and type(job.id) == 'string' and job.id or ''
end

-- Searches `count` entries of a list or a sorted set from the first on.
local function searchFrom(place, name, key, first, count, pool)
  if found or count <= 0 or bytes >= BYTES then return end
  local command = isSet[place] and 'ZRANGE' or 'LRANGE'
  local entries, n = readSome(function(offset, some)
    return redis.call(command, key, first + offset, first + offset + some - 1)
  end, 1, count, BYTES - bytes)
  looked = looked + n
  for i, entry in ipairs(entries) do
    bytes = bytes + #entry
    if isWanted(entry) then
      local at = isSet[place] and redis.call('ZSCORE', key, entry) or redis.call('LLEN', key) - (first + i - 1)
      found = { place = place, name = name, entry = entry, at = tostring(at), pool = pool or '' }
      return
    end
  end
end

-- Searches up to `most` entries, half of them at either end.
local function search(place, name, key, most, pool)
  local size = sizeOf(isSet[place] and 'ZCARD' or 'LLEN', key)
  local half = math.min(size, math.max(1, math.floor(most / 2)))
  local last = math.max(half, size - half)
  total = total + size
  searchFrom(place, name, key, last, size - last, pool)
  searchFrom(place, name, key, 0, half, pool)
end

local lists = 0

local function searchProgress(name)
  local shares = readAny('HGETALL', queueOf(name) .. ':lock_info')
  for i = 1, shares.err and 0 or #shares, 2 do
    if found or lists >= LISTS then return end
    if tonumber(shares[i + 1]) ~= 0 then
      lists = lists + 1
      search('progress', name, queueOf(name) .. ':' .. shares[i] .. ':inprogress', 100, shares[i])
    end
  end
end

-- Returns the numbers of jobs in progress. Names have at most 255 characters, so the keys fit into one command.
local function locksOf(some)
  local keys = {}
  for i, name in ipairs(some) do keys[i] = queueOf(name) .. ':lock' end
  return #keys > 0 and redis.call('MGET', unpack(keys)) or {}
end

local function searchAll()
  if count == 0 and redis.call('SCARD', prefix .. 'known_jobs') <= NAMES then
    names = redis.call('SMEMBERS', prefix .. 'known_jobs')
  end
  local locks = locksOf(names)
  for i, name in ipairs(names) do
    if found then return end
    local running = tonumber(locks[i] or '') or 0
    if lists >= LISTS then
      total = total + math.max(0, running)
    elseif running ~= 0 then
      searchProgress(name)
    end
  end
  for _, set in ipairs({ 'scheduled', 'retry', 'dead' }) do
    if not found then search(set, '', prefix .. set, ENTRIES / 4) end
  end
  for _, name in ipairs(names) do
    if found then return end
    search('queue', name, queueOf(name), math.max(2, math.floor(ENTRIES / #names)))
  end
end

-- Makes the job that holds or waits under the claim the wanted one.
local owning, isRunning, lasts = '', 0, -2
local function askClaim(claim)
  local owner = prefix .. 'nestcraft:unique_owner:' .. claim:sub(#prefix + #'unique:' + 1)
  lasts = redis.call('PTTL', claim)
  owning = ownerOf(claim, owner) or ''
  local running = owning:match('^running (.*)$')
  if running then owning, isRunning = running, 1 end
  local storedId, stored = storedUnder(claim)
  if running and storedId and storedId ~= running then
    found = { place = 'claim', name = names[1], entry = stored, at = '0', pool = '' }
  elseif owning ~= '' then
    question, wanted, forms = 'id', owning, { '"' .. owning .. '"' }
  end
end

if question == 'name' then
  local entry = readAny('LINDEX', queueOf(names[1]), -1)
  if type(entry) == 'string' then found = { place = 'queue', name = names[1], entry = entry, at = '1', pool = '' } end
else
  if question == 'claim' then askClaim(wanted) end
  if not found and (question == 'id' or lasts ~= -2) then searchAll() end
end

local job = found and jobOf(found.entry) or {}
local name = found and found.name ~= '' and found.name or type(job.name) == 'string' and job.name or count == 1 and names[1]
local id = type(job.id) == 'string' and job.id or question == 'id' and wanted or ''
local queue = name and queueOf(name)

-- Returns when the worker that runs the job started it. Observations are a second late, so there may be none.
local function startOf(workers)
  local seen = 0
  for worker in (workers or ''):gmatch('[^,]+') do
    seen = seen + 1
    if seen > LISTS then return '' end
    local state = hash(prefix .. 'worker:' .. worker, 'job_id', 'started_at')
    if state[1] == id then return state[2] or '' end
  end
  return ''
end

local function factsOfJob()
  if id == '' then return { '', '', 0, '', '', '' } end
  local marked = readAny('ZSCORE', prefix .. 'nestcraft:cancelled', id)
  local deaths = numberIn(prefix .. 'nestcraft:deaths:' .. id)
  local beat = {}
  if found and found.pool ~= '' then
    beat = hash(prefix .. 'worker_pools:' .. found.pool, 'worker_ids', 'host', 'heartbeat_at')
  end
  local isMarked = type(marked) == 'string' and tonumber(marked) > now
  return { id, isMarked and marked or '', deaths, startOf(beat[1]), beat[2] or '', beat[3] or '' }
end

-- Lists the jobs that fill the name's limit, and the shares of its lock for which there are no jobs.
local function holders()
  local list = {}
  local shares = readAny('HGETALL', queue .. ':lock_info')
  for i = 1, shares.err and 0 or #shares, 2 do
    local pool, share = shares[i], tonumber(shares[i + 1]) or 0
    if #list >= HOLDERS then break end
    if share > 0 then
      local host = hash(prefix .. 'worker_pools:' .. pool, 'host')[1] or ''
      local entries = readAny('LRANGE', queue .. ':' .. pool .. ':inprogress', 0, HOLDERS - #list - 1)
      for _, entry in ipairs(entries) do list[#list + 1] = { pool, host, idOf(entry) } end
      if #entries == 0 then list[#list + 1] = { pool, host, '' } end
    end
  end
  return list
end

-- Pools of one program list the same names, which are searched once.
local isIn = {}
local function handles(names)
  if isIn[names] == nil then isIn[names] = string.find(',' .. names .. ',', ',' .. name .. ',', 1, true) ~= nil end
  return isIn[names]
end

local function handlers()
  local list = {}
  for i, pool in ipairs(redis.call('SMEMBERS', prefix .. 'worker_pools')) do
    if i > POOLS then break end
    local beat = hash(
      prefix .. 'worker_pools:' .. pool,
      'heartbeat_at', 'job_names', 'concurrency', 'host', 'engine', 'stopping_since', 'fetch_unanswered'
    )
    if beat[2] and handles(beat[2]) then
      list[#list + 1] = {
        id = pool, beat = beat[1] or '', names = beat[2], concurrency = (beat[3] or ''):match('^%d+$') or '0', host = beat[4] or '',
        engine = beat[5] or '', stopping = beat[6] or '', unanswered = beat[7] or '', busy = -1,
      }
    end
  end
  return list
end

local function isFetching(pool)
  return pool.stopping == '' and pool.unanswered == '' and math.floor(now / 1000) - (tonumber(pool.beat) or 0) <= deadAfter
end

-- Returns how many workers are idle for certain, if all pools handle the same names: their locks then cover all of the
-- pools' jobs.
local function idleInAll(pools)
  local some, free = {}, 0
  for _, pool in ipairs(pools) do
    if pool.names ~= pools[1].names then return 0 end
    free = free + tonumber(pool.concurrency)
  end
  for other in pools[1].names:gmatch('[^,]+') do
    if #some < NAMES then some[#some + 1] = other end
  end
  for _, lock in ipairs(locksOf(some)) do free = free - math.max(0, tonumber(lock or '') or 0) end
  return free
end

-- Counts the busy workers of some pools, until an idle one is found. Returns how many are idle.
local function idleInSome(pools)
  local budget, free = SHARES, 0
  for _, pool in ipairs(pools) do
    if budget <= 0 or free > 0 then break end
    pool.busy = 0
    for other in pool.names:gmatch('[^,]+') do
      budget = budget - 1
      pool.busy = pool.busy + math.max(0, tonumber(hash(queueOf(other) .. ':lock_info', pool.id)[1] or '') or 0)
    end
    free = free + math.max(0, tonumber(pool.concurrency) - pool.busy)
  end
  return free
end

-- Returns the waiting jobs of other names that a pool may fetch first.
local function othersOf(pool)
  local waiting = 0
  for other in pool.names:gmatch('[^,]+') do
    local size = other ~= name and sizeOf('LLEN', queueOf(other)) or 0
    if size > 0 and redis.call('EXISTS', queueOf(other) .. ':paused') == 0 then waiting = waiting + size end
  end
  return waiting
end

-- Returns the number of idle workers, and of jobs of other names for which they may be needed.
local function workersOf(all)
  local pools = {}
  for _, pool in ipairs(all) do
    if isFetching(pool) then pools[#pools + 1] = pool end
  end
  if #pools == 0 then return 0, 0 end
  local free = idleInAll(pools)
  if free <= 0 then free = idleInSome(pools) end
  return free, free > 0 and othersOf(pools[1]) or 0
end

local function runs()
  local list = {}
  local minute = math.floor(now / 60000) * 60
  for i = 0, MINUTES do
    local text = readAny('HGET', prefix .. 'nestcraft:metrics:60:' .. string.format('%.0f', minute - 60 * i), name)
    list[#list + 1] = type(text) == 'string' and text or ''
  end
  return list
end

local reply = {
  string.format('%.0f', now),
  found and { found.place, name or '', found.entry, found.at, found.pool } or { '', name or '', '', '', '' },
  { looked, total },
  factsOfJob(),
  { owning, isRunning, lasts },
}
if not name then return reply end

local limit, lock = numberIn(queue .. ':max_concurrency'), numberIn(queue .. ':lock')
local pause = redis.call('EXISTS', queue .. ':paused') == 1 and redis.call('PTTL', queue .. ':paused') or -2
local pools, isQueued = handlers(), found and found.place == 'queue'
local idle, others = 0, 0
if isQueued then idle, others = workersOf(pools) end
local shown = {}
for i, pool in ipairs(pools) do
  shown[i] = {
    pool.id, pool.beat, pool.concurrency, pool.host, pool.engine, pool.stopping, pool.unanswered, pool.busy,
  }
end
reply[6] = {
  redis.call('SISMEMBER', prefix .. 'known_jobs', name), sizeOf('LLEN', queue), pause, limit, lock, idle, others,
}
reply[7] = isQueued and limit > 0 and lock >= limit and holders() or {}
reply[8] = shown
reply[9] = isQueued and runs() or {}
return reply
