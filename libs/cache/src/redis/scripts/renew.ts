/**
 * Acknowledges what a member has applied, tells those who wait for it, and grants it another lease.
 *
 * ARGV     3 member, 4 applied, 5… the channels of those whose fences it has just applied
 * returns  epoch, position, settled, granted (0 or 1)
 * keeps    (I18) An unknown or flagged member is granted nothing.
 */
export const renew = `
local known = redis.call('HGET', KEYS[4], ARGV[3])
if not known or string.sub(known, -1) == '1' then return { epoch, position, settled, 0 } end
redis.call('HSET', KEYS[4], ARGV[3], ARGV[4] .. ' 0')
for i = 5, #ARGV do
  redis.call('PUBLISH', ARGV[i], '{"member":' .. ARGV[3] .. ',"position":' .. ARGV[4] .. '}')
end
return { epoch, position, settled, 1 }
`;
