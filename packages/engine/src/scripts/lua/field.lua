-- Reads one field of several hashes.
--
-- KEYS[i]  the hashes
-- ARGV[1]  the field
-- Returns  its value in each, or ''
local reply = {}
for i, key in ipairs(KEYS) do
  reply[i] = redis.call('HGET', key, ARGV[1]) or ''
end
return reply
