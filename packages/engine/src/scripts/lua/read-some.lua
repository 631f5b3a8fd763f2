-- A function for other scripts, which it is put before: reads entries until there are enough of them, or enough bytes.
-- Nobody knows how long entries are before they are read. So they are read a few at a time: one, then four times as many
-- as before, but no more than would fit if all were as long as the longest so far.
--
-- read   function (offset, count): the entries behind the first `offset`; with their scores, by turns, if `width` is 2
-- width  1, or 2 with scores
-- most   how many entries at most
-- bytes  how many bytes of entries at most; one may have more
-- Returns what was read, and how many entries that are
local function readSome(read, width, most, bytes)
  local MAX_AT_ONCE = 64
  local some, n, size, longest, chunk = {}, 0, 0, 0, 1
  while n < most do
    local wanted = math.min(chunk, most - n)
    local found = read(n, wanted)
    for i = 1, #found, width do
      local length = #found[i]
      if n > 0 and size + length > bytes then return some, n end
      for j = 0, width - 1 do some[#some + 1] = found[i + j] end
      n, size, longest = n + 1, size + length, math.max(longest, length)
    end
    if #found < wanted * width or size >= bytes then break end
    chunk = math.max(1, math.min(4 * chunk, MAX_AT_ONCE, math.floor((bytes - size) / (longest + 1))))
  end
  return some, n
end
