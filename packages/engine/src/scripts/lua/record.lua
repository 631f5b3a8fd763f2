-- Adds to the current counters, in several resolutions, each kept for as long as charts show it. The counters of a job
-- name are one field, a flat JSON object, so that reading an interval costs as much as it has names.
--
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  the prefix of the counters' keys
-- ARGV[3]  how many resolutions; then for each: seconds of an interval, seconds to keep it
-- ARGV[…]  job name, additions to its counters, …
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local resolutions = tonumber(ARGV[3])
local first = 4 + 2 * resolutions

local additions = {}
for i = first, #ARGV, 2 do
  additions[i] = cjson.decode(ARGV[i + 1])
end

for r = 1, resolutions do
  local seconds, keep = tonumber(ARGV[2 + 2 * r]), tonumber(ARGV[3 + 2 * r])
  local start = string.format('%.0f', now - now % seconds)
  local key = ARGV[2] .. seconds .. ':' .. start
  for i = first, #ARGV, 2 do
    local before = redis.call('HGET', key, ARGV[i])
    if before then
      local counters = cjson.decode(before)
      for name, n in pairs(additions[i]) do
        counters[name] = (counters[name] or 0) + n
      end
      redis.call('HSET', key, ARGV[i], cjson.encode(counters))
    else
      redis.call('HSET', key, ARGV[i], ARGV[i + 1])
    end
  end
  redis.call('EXPIRE', key, keep)
end
