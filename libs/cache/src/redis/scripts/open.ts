/**
 * An epoch is old enough: no lease of an earlier one can be alive.
 *
 * ARGV     3 the epoch that is meant
 */
export const open = `
if epoch == ARGV[3] then redis.call('HSET', KEYS[1], 'settled', 1) end
return 1
`;
