-- Writes the workers' current jobs, where dashboards read them. Each record is replaced as a whole, so that the
-- check-in of the previous job does not remain.
--
-- KEYS[i]  the workers' observations
-- ARGV[1]  seconds for which they are kept
-- ARGV[2…] for each worker: how many arguments follow for it, 0 if it is idle; field, value, …
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
