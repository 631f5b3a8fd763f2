-- Adds firings of schedules to the scheduled jobs: those after the last one ever added, so that each is added once in
-- the whole fleet, even if it has already been moved to its queue. Removes firings that were added before the fleet
-- was down and are no longer wanted.
--
-- During a release, pools may register the same schedule with different arguments. The version of the pool that
-- started last applies, for as long as a pool adds it: only this version adds firings, and pending firings of other
-- versions are converted to it. A cancelled firing is not added again.
--
-- KEYS[1..5] scheduled, known_jobs, the last firings by schedule, last_periodic_enqueue, the versions by schedule
-- ARGV[1]    now in seconds
-- ARGV[2]    when this pool started, in seconds
-- ARGV[3]    how long a version applies after it was last added, in seconds
-- ARGV[4]    the tolerance for clocks in seconds: a later time was written while a clock was wrong
-- ARGV[5…]   for each schedule: its id without a time, job name, version, start and rest of its entries, the
--            recorded last firing if it must be deleted, else '', how many firings to remove, their times, how many to
--            convert if they exist, their times, how many to add, their times
-- Returns    how many firings were added
local now, started, lasts, little = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local i = 5

local function shift()
  i = i + 1
  return ARGV[i - 1]
end

local function shiftTimes()
  local times = {}
  for n = 1, tonumber(shift()) do times[n] = shift() end
  return times
end

-- Returns whether this pool's version applies, and records it if so.
local function rules(id, version)
  local since, seen, other = string.match(redis.call('HGET', KEYS[5], id) or '', '^(%d+) (%d+) (.*)$')
  since, seen = tonumber(since), tonumber(seen)
  local isSame = other == version
  local stands = other and since <= now + little and seen <= now + little and seen + lasts > now
  if stands and not isSame and since >= started then return false end
  if not (stands and isSame) then since = started end
  redis.call('HSET', KEYS[5], id, string.format('%.0f %.0f %s', math.max(since, started), now, version))
  return true, isSame
end

local function takeAway(start, times)
  for _, time in ipairs(times) do
    for _, entry in ipairs(findFirings(KEYS[1], start, time)) do redis.call('ZREM', KEYS[1], entry) end
  end
end

local function exchange(start, times, entryOf)
  for _, time in ipairs(times) do
    for _, entry in ipairs(findFirings(KEYS[1], start, time)) do
      if entry ~= entryOf(time) then
        redis.call('ZREM', KEYS[1], entry)
        redis.call('ZADD', KEYS[1], time, entryOf(time))
      end
    end
  end
end

local added = 0
while i <= #ARGV do
  local id, name, version, start, rest, wrong = shift(), shift(), shift(), shift(), shift(), shift()
  local stale, late, times = shiftTimes(), shiftTimes(), shiftTimes()
  local function entryOf(time) return start .. time .. '","t":' .. time .. rest end
  redis.call('SADD', KEYS[2], name)
  local rule, isSame = rules(id, version)
  if rule then
    takeAway(start, stale)
    if not isSame then
      exchange(start, late, entryOf)
      exchange(start, times, entryOf)
    end
    local last = redis.call('HGET', KEYS[3], id)
    if last == wrong then last = nil end
    last = tonumber(last or '') or 0
    for _, time in ipairs(times) do
      if tonumber(time) > last then
        redis.call('ZADD', KEYS[1], time, entryOf(time))
        redis.call('HSET', KEYS[3], id, time)
        last = tonumber(time)
        added = added + 1
      end
    end
  end
end
redis.call('SET', KEYS[4], ARGV[1])
return added
