-- Reads the due jobs, and the time of the next one. Changes nothing: the caller decides what happens to the jobs, and
-- requeue.lua writes the decision. Runs after read-some.lua.
--
-- KEYS[1]    retry or scheduled
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2..3] the maximum number of jobs, and of bytes, to read; a single job may exceed it
-- Returns    { now in milliseconds, run time in seconds of the next job that is not due yet or '', number of due jobs,
--            the due entries read }
local milliseconds = tonumber(ARGV[1])
if not milliseconds then
  local time = redis.call('TIME')
  milliseconds = time[1] * 1000 + math.floor(time[2] / 1000)
end
local seconds = math.floor(milliseconds / 1000)
local due = readSome(function(offset, count)
  return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', seconds, 'LIMIT', offset, count)
end, 1, tonumber(ARGV[2]), tonumber(ARGV[3]))
local total = redis.call('ZCOUNT', KEYS[1], '-inf', seconds)
local upcoming = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. seconds, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return { string.format('%.0f', milliseconds), upcoming[2] or '', total, due }
