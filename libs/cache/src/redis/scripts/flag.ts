/**
 * Members that are behind are granted nothing any more.
 *
 * ARGV     3 position, 4… members
 * returns  those that were behind
 */
export const flag = `
local behind = {}
for i = 4, #ARGV do
  local known = redis.call('HGET', KEYS[4], ARGV[i])
  local applied = known and tonumber(string.match(known, '^(%d+)'))
  if applied and applied < tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[4], ARGV[i], applied .. ' 1')
    behind[#behind + 1] = ARGV[i]
  end
end
return behind
`;
