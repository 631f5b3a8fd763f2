-- Takes back the last death counted for each of these jobs, because their process is alive.
--
-- KEYS     the death counter of each job
-- Returns  how many were taken back
local forgiven = 0
for _, deaths in ipairs(KEYS) do
  local count = tonumber(redis.pcall('GET', deaths))
  if count then
    if count > 1 then redis.call('DECR', deaths) else redis.call('DEL', deaths) end
    forgiven = forgiven + 1
  end
end
return forgiven
