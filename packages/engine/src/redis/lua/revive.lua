-- Moves jobs from a sorted set to their queues now, whatever their time. A unique job that holds no claim must claim
-- again first: if another like it waits, it stays where it is. Who has a job run does not want it cancelled any more.
--
-- KEYS[1..3] dead, retry or scheduled; known_jobs; the marks of cancelled jobs
-- KEYS[3+i]  the queues
-- ARGV[1]    milliseconds that a claim lasts
-- ARGV[2…]   for each job: index of its queue, name, entry, entry for the queue,
--            to claim first: claim and owner, else '' and ''; its id; the key that counts deaths under it
-- Returns    for each job: 'moved', 'gone' (it is not there), 'duplicate' or 'unknown' (nobody ever knew its name)
local results = {}
for queue = 4, #KEYS do redis.call('LLEN', KEYS[queue]) end -- One of the wrong kind ends this before it costs jobs.

for i = 2, #ARGV, 8 do
  local entry, claim, owner, id = ARGV[i + 2], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
  local result = 'moved'
  if not redis.call('ZSCORE', KEYS[1], entry) then
    result = 'gone'
  elseif redis.call('SISMEMBER', KEYS[2], ARGV[i + 1]) == 0 then
    result = 'unknown'
  elseif claim ~= '' and not redis.call('SET', claim, '1', 'NX', 'PX', ARGV[1]) then
    result = 'duplicate'
  else
    if claim ~= '' then redis.call('SET', owner, id, 'PX', ARGV[1]) end
    redis.call('ZREM', KEYS[1], entry)
    redis.call('DEL', ARGV[i + 7])
    redis.call('ZREM', KEYS[3], id)
    redis.call('LPUSH', KEYS[3 + tonumber(ARGV[i])], ARGV[i + 3])
  end
  table.insert(results, result)
end
return results
