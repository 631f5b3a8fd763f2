-- Reads the heartbeats of all pools.
--
-- KEYS[1]  worker_pools
-- ARGV[1]  the namespace's prefix
-- Returns  for each pool that has one: { id, field, value, … }
local reply = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local fields = redis.pcall('HGETALL', ARGV[1] .. 'worker_pools:' .. id)
  if #fields > 0 then table.insert(reply, { id, unpack(fields) }) end
end
return reply
