-- Adds what jobs have done to the counters of now, in three resolutions, each kept for as long as charts show it.
--
-- ARGV[1]  now in milliseconds, or '' for Redis's own time
-- ARGV[2]  what the counters' keys start with
-- ARGV[3]  how many resolutions; then for each: seconds of an interval, seconds to keep it
-- ARGV[…]  field, by how much, …
local milliseconds = tonumber(ARGV[1])
local now = milliseconds and math.floor(milliseconds / 1000) or tonumber(redis.call('TIME')[1])
local resolutions = tonumber(ARGV[3])
for r = 1, resolutions do
  local seconds, keep = tonumber(ARGV[2 + 2 * r]), tonumber(ARGV[3 + 2 * r])
  local start = string.format('%.0f', now - now % seconds)
  local key = ARGV[2] .. seconds .. ':' .. start
  for i = 4 + 2 * resolutions, #ARGV, 2 do
    redis.call('HINCRBY', key, ARGV[i], ARGV[i + 1])
  end
  redis.call('EXPIRE', key, keep)
end
