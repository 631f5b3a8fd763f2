-- A function for other scripts, which it is put before: looks at what free-claim.lua would write, so that a key of the
-- wrong kind, or one that a node of a Cluster is just giving away, ends a script before its first removal.
--
-- queue, claim, owner  as in free-claim.lua; of '' for a claim nothing is looked at
local function probeClaim(queue, claim, owner)
  if claim == '' then return end
  redis.call('LLEN', queue)
  redis.call('EXISTS', claim, owner)
end
