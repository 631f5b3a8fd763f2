-- Notes what has begun to stall, and removes the notes about what goes on again. Only the caller whose note is new, or
-- who has removed a note, tells of it. Redis accepts the script even when its memory is full, like beat.lua.
--
-- KEYS[1]  the notes
-- ARGV[1]  the milliseconds for which notes are kept without a look
-- ARGV[2…] name of a stall and its note; the note is '' if the stall has ended
-- Returns  the names of the stalls of which the caller tells
local mine = {}
redis.call('HDEL', KEYS[1], '')
for i = 2, #ARGV, 2 do
  local name, note = ARGV[i], ARGV[i + 1]
  local isMine = note == '' and redis.call('HDEL', KEYS[1], name) or note ~= '' and redis.call('HSETNX', KEYS[1], name, note)
  if isMine == 1 then mine[#mine + 1] = name end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return mine
