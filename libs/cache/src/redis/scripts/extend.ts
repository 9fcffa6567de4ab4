/**
 * Gives a holder more time, unless his is over: then somebody else may have had the lock since.
 *
 * ARGV     2 for how many milliseconds from now
 * returns  1, or 0 if he holds it no more
 */
export const extend = `
if not held or state[2] ~= ARGV[1] then return 0 end
local ends = now + tonumber(ARGV[2]) * 1000
redis.call('HSET', KEYS[1], 'ends', whole(ends))
outlast(last, ends)
return 1
`;
