-- Notes what has begun to stall, and removes the notes about what goes on again. Only the caller whose note is new, or
-- who has removed a note, tells of it, and adds it to the log. Redis accepts the script even when its memory is full,
-- like beat.lua.
--
-- KEYS[1..3] the notes, the keys of all notes, the log of stalls and of their ends
-- ARGV[1]    now in milliseconds, or '' for Redis's own time
-- ARGV[2]    the length of a turn in milliseconds
-- ARGV[3]    the milliseconds for which notes are kept without a look
-- ARGV[4]    the milliseconds for which the log is kept
-- ARGV[5…]   name of a stall, '+' if it has begun or '-' if it has ended, and the stall or the recovery as JSON,
--            or '' for a recovery that nobody can describe
-- Returns    the names of the stalls of which the caller tells
local LOGGED = 100
local now = math.floor((tonumber(ARGV[1]) or 1000 * tonumber(redis.call('TIME')[1])) / 1000)
local mine = {}
redis.call('HDEL', KEYS[1], '')
for i = 5, #ARGV, 3 do
  local name, change, text = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local isMine
  if change == '+' then isMine = redis.call('HSETNX', KEYS[1], name, text) else isMine = redis.call('HDEL', KEYS[1], name) end
  if isMine == 1 then
    mine[#mine + 1] = name
    if text ~= '' then redis.call('LPUSH', KEYS[3], text) end
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
countNotes(KEYS[2], KEYS[1], now, tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[3], 0, LOGGED - 1)
redis.call('PEXPIRE', KEYS[3], ARGV[4])
return mine
