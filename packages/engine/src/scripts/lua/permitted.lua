-- Tests which commands the Redis user may run, without running them. Redis 7.0 or later.
--
-- ARGV     the commands, each preceded by the number of its words
-- Returns  the index of each command that is refused, or -1 if Redis lacks the check
if not redis.acl_check_cmd then return -1 end
local refused, index, first = {}, 0, 1
while first <= #ARGV do
  local words = tonumber(ARGV[first])
  index = index + 1
  local known, isAllowed = pcall(redis.acl_check_cmd, unpack(ARGV, first + 1, first + words))
  if not known or not isAllowed then table.insert(refused, index) end
  first = first + words + 1
end
return refused
