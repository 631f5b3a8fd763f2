-- Reads what stalls in the fleet. Changes nothing.
--
-- KEYS[1] the keys of all notes
-- ARGV[1] now in milliseconds, or '' for Redis's own time
-- Returns { each stall as JSON }
local now = math.floor((tonumber(ARGV[1]) or 1000 * tonumber(redis.call('TIME')[1])) / 1000)
local stalls = {}
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')) do
  for _, note in ipairs(redis.call('HVALS', key)) do stalls[#stalls + 1] = note end
end
return stalls
