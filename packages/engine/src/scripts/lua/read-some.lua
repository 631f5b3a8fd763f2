-- Prepended to other scripts. Defines readSome(), which reads entries up to a number or a size in bytes.
--
-- The length of entries is unknown before they are read. They are therefore read in chunks: one entry, then four times
-- as many as before, but no more than would fit if all were as long as the longest so far.
--
-- read   function (offset, count): the entries after the first `offset`; alternating with their scores if `width` is 2
-- width  1, or 2 with scores
-- most   the maximum number of entries
-- bytes  the maximum number of bytes; a single entry may exceed it
-- Returns the entries, and their number
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
