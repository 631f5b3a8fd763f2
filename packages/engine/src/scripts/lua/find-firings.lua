-- Finds the entries of one firing of a schedule, whatever their arguments. They have the same beginning, and Redis
-- orders entries of equal score by their bytes. They are therefore adjacent, and a binary search finds them among any
-- number of others.

-- Compares like Redis; Lua's own `<` follows the server's locale.
local function precedes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- `start` is the common beginning of the entries of all firings of the schedule, up to the time in their ids.
local function findFirings(scheduled, start, time)
  local found = {}
  local count = redis.call('ZCOUNT', scheduled, time, time)
  if count == 0 then return found end
  local low = redis.call('ZCOUNT', scheduled, '-inf', '(' .. time)
  local beyond = low + count
  local high, beginning = beyond, start .. time .. '"'
  while low < high do
    local middle = math.floor((low + high) / 2)
    if precedes(redis.call('ZRANGE', scheduled, middle, middle)[1], beginning) then low = middle + 1 else high = middle end
  end
  while low < beyond do
    local entry = redis.call('ZRANGE', scheduled, low, low)[1]
    if string.sub(entry, 1, #beginning) ~= beginning then break end
    table.insert(found, entry)
    low = low + 1
  end
  return found
end
