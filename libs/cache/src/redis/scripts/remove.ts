/**
 * Forgets members: ones that left, or whose lease is over.
 *
 * ARGV     3… members
 */
export const remove = `
for i = 3, #ARGV do redis.call('HDEL', KEYS[4], ARGV[i]) end
return 1
`;
