/**
 * Takes a lock that nobody holds.
 *
 * ARGV     2 for how many milliseconds
 * returns  the token, or nothing while somebody holds it
 * keeps    The token is greater than that of every earlier hold.
 */
export const take = `
if held then return false end
local token = math.max(last + 1, now)
local ends = now + tonumber(ARGV[2]) * 1000
redis.call('HSET', KEYS[1], 'token', whole(token), 'holder', ARGV[1], 'ends', whole(ends))
outlast(token, ends)
return token
`;
