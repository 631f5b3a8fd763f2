-- Returns which jobs are marked as cancelled. Changes nothing.
--
-- KEYS[1]  the marks
-- ARGV     the jobs' ids
-- Returns  the ids of the marked jobs
local marked = {}
if redis.call('EXISTS', KEYS[1]) == 0 then return marked end
for _, id in ipairs(ARGV) do
  if redis.call('ZSCORE', KEYS[1], id) then table.insert(marked, id) end
end
return marked
