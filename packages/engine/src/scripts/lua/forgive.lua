-- Takes back the last death that was counted for each of some jobs: their process lives.
--
-- KEYS     how often a process has died under each job
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
