/**
 * Frees a lock that is still the holder's. Its token stays, for the next one to be greater.
 *
 * returns  1, or 0 if it is not his
 */
export const release = `
if state[2] ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'holder', 'ends')
outlast(last, now)
return 1
`;
