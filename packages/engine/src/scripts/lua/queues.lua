-- Reads how queues are.
--
-- KEYS[i]  the queues
-- ARGV[1]  how many bytes of the entry that is taken next: its time stands near its beginning
-- Returns  for each queue: { how many wait, the beginning of the entry that is taken next or '', lock or '',
--          limit or '', PTTL of the pause or -2 }
local most = tonumber(ARGV[1])
local reply = {}
for i, queue in ipairs(KEYS) do
  -- Something else may stand under the key: a page must show the other queues all the same.
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' then waiting = 0 end
  local entry = waiting > 0 and redis.call('LINDEX', queue, -1) or ''
  local values = redis.call('MGET', queue .. ':lock', queue .. ':max_concurrency', queue .. ':paused')
  local pause = values[3] and redis.call('PTTL', queue .. ':paused') or -2
  reply[i] = { waiting, entry:sub(1, most), values[1] or '', values[2] or '', pause }
end
return reply
