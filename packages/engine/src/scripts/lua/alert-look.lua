-- Reads what the alerts of a fleet are decided by. One of several pools that watch the same looks per turn; the others
-- only learn what is noted. Changes nothing but the turn. Redis accepts the script even when its memory is full, like
-- beat.lua.
--
-- KEYS[1..3] the turn, the notes about what stalls, the keys of all notes
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    the namespace's prefix
-- ARGV[3]    the length of a turn in milliseconds
-- ARGV[4]    seconds after its last beat at which a pool is dead
-- ARGV[5]    seconds for which deaths are counted, or '' not to count them
-- ARGV[6]    '1' to look at all known names, too, and at who handles them; else ''
-- ARGV[7]    the number of names to look at
-- ARGV[8…]   these names, then the ids of schedules
-- Returns    { now in seconds, { name of a stall, its note, … } } and, if it is the caller's turn,
--            { for each name with waiting jobs: { name, seconds for which the next one has waited, 1 if it is paused,
--              1 if a running pool handles it, or if that was not asked } },
--            the number of deaths, seconds for which the first scheduled job is overdue,
--            { for each schedule: its last added firing or '', its last moved firing or '' }
local milliseconds, prefix, turn, deadAfter = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local within, looksAtAll, count = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7])
local NAMES, NOTES_LAST = 1000, 3600 * 1000
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
redis.call('HDEL', KEYS[2], '')
local notes = redis.call('HGETALL', KEYS[2])
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', turn) then return { now, notes } end
if #notes > 0 then
  redis.call('PEXPIRE', KEYS[2], NOTES_LAST)
  countNotes(KEYS[3], KEYS[2], now, turn)
  redis.call('PEXPIRE', KEYS[3], NOTES_LAST)
end

-- The names that running pools handle. Pools of one program list the same names, which are read once.
local handled, lists = {}, {}
local function readHandled()
  for _, pool in ipairs(redis.call('SMEMBERS', prefix .. 'worker_pools')) do
    local beat = redis.call('HMGET', prefix .. 'worker_pools:' .. pool, 'heartbeat_at', 'job_names')
    local isAlive = now - (tonumber(beat[1] or '') or 0) <= deadAfter
    if isAlive and beat[2] and not lists[beat[2]] then
      lists[beat[2]] = true
      for name in beat[2]:gmatch('[^,]+') do handled[name] = true end
    end
  end
end

local function knownNames()
  local known = prefix .. 'known_jobs'
  if redis.call('SCARD', known) <= NAMES then return redis.call('SMEMBERS', known) end
  return redis.call('SRANDMEMBER', known, NAMES)
end

local names, isNamed = {}, {}
local function add(name)
  if not isNamed[name] then names[#names + 1] = name end
  isNamed[name] = true
end

for i = 8, 7 + count do add(ARGV[i]) end
if looksAtAll then
  readHandled()
  -- A noted name that is not among the sampled ones would seem to go on.
  for i = 1, #notes, 2 do
    local name = notes[i]:match('^unhandled:(.*)$')
    if name then add(name) end
  end
  for _, name in ipairs(knownNames()) do add(name) end
end

local queues = {}
for _, name in ipairs(names) do
  local queue = prefix .. 'jobs:' .. name
  local entry = redis.pcall('LINDEX', queue, -1)
  if type(entry) == 'string' then
    local enqueued = tonumber(entry:sub(1, 500):match('"t"%s*:%s*(%d+)') or '') or now
    local isHandled = (not looksAtAll or handled[name]) and 1 or 0
    queues[#queues + 1] = { name, math.max(0, now - enqueued), redis.call('EXISTS', queue .. ':paused'), isHandled }
  end
end

local deaths = within and redis.call('ZCOUNT', prefix .. 'dead', now - within, '+inf') or 0
local first = redis.call('ZRANGE', prefix .. 'scheduled', 0, 0, 'WITHSCORES')
local overdue = math.max(0, now - (tonumber(first[2] or '') or now))
local firings = {}
for i = 8 + count, #ARGV do
  firings[#firings + 1] = redis.call('HGET', prefix .. 'nestcraft:last_firings', ARGV[i]) or ''
  firings[#firings + 1] = redis.call('HGET', prefix .. 'nestcraft:moved_firings', ARGV[i]) or ''
end
return { now, notes, queues, deaths, overdue, firings }
