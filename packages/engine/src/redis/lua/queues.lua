-- Reads how all queues are: one round trip however many there are.
--
-- KEYS[1]  known_jobs
-- ARGV[1]  the namespace's prefix
-- ARGV[2]  how many bytes of the entry that is taken next: its time stands near its beginning
-- Returns  for each job name: { name, how many wait, the beginning of the entry that is taken next or '', lock or '',
--          limit or '', PTTL of the pause or -2 }
local prefix, most = ARGV[1], tonumber(ARGV[2])
local reply = {}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local queue = prefix .. 'jobs:' .. name
  -- Something else may stand under the key: a page must show the other queues all the same.
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' then waiting = 0 end
  local entry = waiting > 0 and redis.call('LINDEX', queue, -1) or ''
  local values = redis.call('MGET', queue .. ':lock', queue .. ':max_concurrency', queue .. ':paused')
  local pause = values[3] and redis.call('PTTL', queue .. ':paused') or -2
  table.insert(reply, { name, waiting, entry:sub(1, most), values[1] or '', values[2] or '', pause })
end
return reply
