-- Reads the state of queues.
--
-- KEYS[i]  the queues
-- ARGV[1]  how many bytes to return of the entry that is fetched next; its time is near the beginning
-- Returns  for each queue: { number of waiting jobs, beginning of the entry that is fetched next or '', lock or '',
--          limit or '', PTTL of the pause or -2 }
local most = tonumber(ARGV[1])
local reply = {}
for i, queue in ipairs(KEYS) do
  -- The key may hold another type: a page must still show the other queues.
  local waiting = redis.pcall('LLEN', queue)
  if type(waiting) ~= 'number' then waiting = 0 end
  local entry = waiting > 0 and redis.call('LINDEX', queue, -1) or ''
  local values = redis.call('MGET', queue .. ':lock', queue .. ':max_concurrency', queue .. ':paused')
  local pause = values[3] and redis.call('PTTL', queue .. ':paused') or -2
  reply[i] = { waiting, entry:sub(1, most), values[1] or '', values[2] or '', pause }
end
return reply
