-- Writes what workers are doing, where dashboards look for it: whole, so that the check-in of the last job does not stay
-- under the next.
--
-- KEYS[i]  the workers' observations
-- ARGV[1]  seconds for which they are kept
-- ARGV[2…] for each worker: how many arguments follow for it, none if it does nothing; field, value, …
local i = 2
for _, key in ipairs(KEYS) do
  local n = tonumber(ARGV[i])
  redis.call('DEL', key)
  if n > 0 then
    redis.call('HSET', key, unpack(ARGV, i + 1, i + n))
    redis.call('EXPIRE', key, ARGV[1])
  end
  i = i + 1 + n
end
