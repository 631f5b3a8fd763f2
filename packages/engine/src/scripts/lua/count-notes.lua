-- Prepended to other scripts. Defines countNotes(), which lets the stalls of some notes count until their pools have
-- missed several turns: pools that are gone, or that watch something else since a deployment, do not say what stalls.
--
-- Times are in seconds; the turn is in milliseconds.
local function countNotes(all, notes, now, turn)
  redis.call('ZADD', all, now + math.max(15, math.ceil(5 * turn / 1000)), notes)
end
