-- Reads hashes.
--
-- KEYS[i]  the hashes
-- Returns  for each that is there: { its index, field, value, … }
local reply = {}
for i, key in ipairs(KEYS) do
  local fields = redis.pcall('HGETALL', key)
  if #fields > 0 then table.insert(reply, { i, unpack(fields) }) end
end
return reply
