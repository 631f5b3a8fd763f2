-- Puts jobs into a queue, registers their name, and writes their carriers before any of the jobs can start. A script
-- rather than a transaction: if Redis refused MULTI, the following commands would run one by one, and nothing could
-- guarantee that no job was enqueued. The push comes last: after an error, no job is in the queue.
--
-- KEYS[1..2] known_jobs, the queue
-- ARGV[1]    the name
-- ARGV[2]    a carrier's lifetime in milliseconds
-- ARGV[3]    how many carriers there are
-- ARGV[4…]   for each carrier: its key, its text; then the entries, in queue order
local carriers = tonumber(ARGV[3])
redis.call('LLEN', KEYS[2]) -- A key of the wrong kind ends the script before anything is written.
redis.call('SADD', KEYS[1], ARGV[1])
for i = 4, 2 + 2 * carriers, 2 do redis.call('SET', ARGV[i], ARGV[i + 1], 'PX', ARGV[2]) end
redis.call('LPUSH', KEYS[2], unpack(ARGV, 4 + 2 * carriers))
