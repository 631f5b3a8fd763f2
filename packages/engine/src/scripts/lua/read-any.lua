-- Prepended to other scripts. Defines readAny(), which reads a key of which another program may have made another type.
--
-- Returns the reply. A key of another type yields an error in the form of redis.pcall. Every other error ends the script:
-- a key that is leaving this node of a Cluster must not look as if it were empty.
local function readAny(...)
  local reply = redis.pcall(...)
  local problem = type(reply) == 'table' and reply.err
  if problem and not string.find(problem, 'WRONGTYPE', 1, true) then return redis.call(...) end
  return reply
end
