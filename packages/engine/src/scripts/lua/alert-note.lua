-- Notes what has begun to stall, and removes the notes about what goes on again. Only the caller whose note is new, or
-- who has removed a note, tells of it, and adds it to the log.
--
-- KEYS[1..3] the notes, the set of all keys of notes, the log of stalls and of their ends
-- ARGV[1]    the milliseconds for which notes are kept without a look
-- ARGV[2]    the milliseconds for which the log is kept
-- ARGV[3…]   name of a stall, '+' if it has begun or '-' if it has ended, and the stall or the recovery as JSON
-- Returns    the names of the stalls of which the caller tells
local LOGGED = 100
local mine = {}
for i = 3, #ARGV, 3 do
  local name, change, text = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local isMine
  if change == '+' then isMine = redis.call('HSETNX', KEYS[1], name, text) else isMine = redis.call('HDEL', KEYS[1], name) end
  if isMine == 1 then
    mine[#mine + 1] = name
    redis.call('LPUSH', KEYS[3], text)
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('SADD', KEYS[2], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[3], 0, LOGGED - 1)
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return mine
