-- Puts jobs into a queue, makes their name known, and writes what is carried to them, which is there before one of them
-- can start. A script, and no transaction: where Redis refuses MULTI, the commands behind it would run one by one, and
-- nobody could say that nothing was enqueued. The push comes last: after an error no job is in the queue.
--
-- KEYS[1..2] known_jobs, the queue
-- ARGV[1]    the name
-- ARGV[2]    milliseconds that a carrier lasts
-- ARGV[3]    how many carriers there are
-- ARGV[4…]   for each carrier: its key, its text; then the entries, in the order in which they are to stand
local carriers = tonumber(ARGV[3])
redis.call('LLEN', KEYS[2]) -- A key of the wrong kind ends this before anything is written.
redis.call('SADD', KEYS[1], ARGV[1])
for i = 4, 2 + 2 * carriers, 2 do redis.call('SET', ARGV[i], ARGV[i + 1], 'PX', ARGV[2]) end
redis.call('LPUSH', KEYS[2], unpack(ARGV, 4 + 2 * carriers))
