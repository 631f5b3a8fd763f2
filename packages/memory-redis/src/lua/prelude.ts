/** Redis's API for scripts, built from this engine's functions. Globals are locked at the end, as in Redis. */
export const PRELUDE = String.raw`
local call, protectedCall, decode, encode, sha1, null = ...

redis = {
  call = call,
  pcall = protectedCall,
  error_reply = function(text) return { err = text } end,
  status_reply = function(text) return { ok = text } end,
  sha1hex = sha1,
  log = function() end,
  setresp = function() end,
  replicate_commands = function() return true end,
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
}
cjson = { null = null, decode = decode, encode = encode }

-- A script that catches an error of redis.call is given its text.
local caught = function(ok, first, ...)
  if not ok and type(first) == 'table' and first.err then return false, first.err end
  return ok, first, ...
end
local try = pcall
pcall = function(...) return caught(try(...)) end

-- Is told of each error that nobody catches, where it happens: the line is that of the script.
local getinfo = debug.getinfo
local failed = function(fault)
  if type(fault) ~= 'table' then fault = { err = 'ERR ' .. tostring(fault) } end
  local level = 2
  local where = getinfo(level, 'Sl')
  while where and where.source ~= '=user_script' do
    level = level + 1
    where = getinfo(level, 'Sl')
  end
  fault.line = where and where.currentline
  return fault
end

for _, name in ipairs({ 'io', 'dofile', 'loadfile', 'require', 'module', 'package', 'newproxy', 'print', 'debug' }) do
  _G[name] = nil
end
os = { clock = os.clock }
KEYS, ARGV = {}, {}

setmetatable(_G, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
  __newindex = function()
    error('Attempt to modify a readonly table', 2)
  end,
})
return failed
`;
