-- Reads what stalls in the fleet. Changes nothing.
--
-- KEYS[1] the set of all keys of notes
-- Returns { each stall as JSON }
local stalls = {}
for _, key in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  for _, note in ipairs(redis.call('HVALS', key)) do stalls[#stalls + 1] = note end
end
return stalls
