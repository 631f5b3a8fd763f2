-- Moves jobs from a sorted set to their queues now, whatever their time. A unique job that holds no claim must claim
-- again first; if an equal job is waiting, the job stays where it is. Running a job withdraws its cancellation. Runs
-- after claims.lua.
--
-- KEYS[1..3] dead, retry or scheduled; known_jobs; the marks of cancelled jobs
-- KEYS[3+i]  the queues
-- ARGV[1]    a claim's lifetime in milliseconds
-- ARGV[2…]   for each job: index of its queue, name, entry, entry for the queue,
--            claim and owner to claim first, else '' and ''; its id; its death counter
-- Returns    for each job: 'enqueued', 'notFound', 'duplicate' or 'unknown' (no pool has ever known its name)
local results = {}

-- Every key written below is read first: a key of the wrong kind, or one that is leaving this node of a Cluster, ends
-- the script before it costs jobs.
redis.call('EXISTS', KEYS[3])
for queue = 4, #KEYS do redis.call('LLEN', KEYS[queue]) end
for i = 2, #ARGV, 8 do
  if ARGV[i + 4] ~= '' then redis.call('EXISTS', ARGV[i + 4], ARGV[i + 5]) end
  redis.call('EXISTS', ARGV[i + 7])
end

-- Redis deletes the set with its last entry. While the set is leaving this node, it may not be read after that.
local left = redis.call('ZCARD', KEYS[1])

local function runNow(queue, name, entry, fresh, claim, owner, id, deaths)
  if left == 0 or not redis.call('ZSCORE', KEYS[1], entry) then return 'notFound' end
  if redis.call('SISMEMBER', KEYS[2], name) == 0 then return 'unknown' end
  if claim ~= '' and not makeClaim(claim, owner, '1', id, claimEnd(ARGV[1])) then return 'duplicate' end
  left = left - redis.call('ZREM', KEYS[1], entry)
  redis.call('LPUSH', KEYS[3 + tonumber(queue)], fresh)
  redis.call('DEL', deaths)
  redis.pcall('ZREM', KEYS[3], id)
  return 'enqueued'
end

for i = 2, #ARGV, 8 do table.insert(results, runNow(unpack(ARGV, i, i + 7))) end
return results
