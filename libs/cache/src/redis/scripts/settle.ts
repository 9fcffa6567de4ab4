/**
 * Lifts fences and enters what changed, each at a position of its own, and tells everybody.
 *
 * ARGV     3… of each settlement: the fence's id, how many tags changed, and these
 * keeps    (I1) What changed has a position above everything that was read before.
 */
export const settle = `
local messages = {}
local i = 3
while i < #ARGV do
  local at = position + #messages + 1
  local changed = {}
  for tag = i + 2, i + 1 + tonumber(ARGV[i + 1]) do
    changed[#changed + 1] = ARGV[tag]
    redis.call('ZADD', KEYS[2], at, ARGV[tag])
  end
  redis.call('HDEL', KEYS[3], ARGV[i])
  messages[#messages + 1] = '{"kind":"settle","position":' .. at .. ',"fence":' .. ARGV[i]
    .. ',"changed":[' .. table.concat(changed, ',') .. ']}'
  i = i + 2 + #changed
end
tell(messages)
return 1
`;
