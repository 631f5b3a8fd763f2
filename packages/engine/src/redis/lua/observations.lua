-- Reads what workers are doing.
--
-- KEYS[…]  the workers' observations
-- Returns  for each worker that does something: { its index, field, value, … }
local reply = {}
for i, key in ipairs(KEYS) do
  local fields = redis.pcall('HGETALL', key)
  if #fields > 0 then table.insert(reply, { i, unpack(fields) }) end
end
return reply
