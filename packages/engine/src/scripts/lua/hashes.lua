-- Reads hashes until a byte limit is reached; the caller continues from there.
--
-- KEYS[i]  the hashes
-- ARGV[1]  after how many bytes to stop
-- Returns  { number of keys read, for each existing hash: { its index, field, value, … }, … }
local most, bytes = tonumber(ARGV[1]), 0
local reply = { 0 }
for i, key in ipairs(KEYS) do
  if bytes >= most then break end
  local fields = redis.pcall('HGETALL', key)
  for _, text in ipairs(fields) do bytes = bytes + #text end
  if #fields > 0 then table.insert(reply, { i, unpack(fields) }) end
  reply[1] = i
end
return reply
