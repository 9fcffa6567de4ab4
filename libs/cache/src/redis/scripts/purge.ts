/**
 * Forgets the older half of the changes when there are too many, and raises the floor above them.
 *
 * ARGV     3 how many are too many
 * keeps    (I3) Everything that the forgotten changes could have condemned lies below the floor.
 */
export const purge = `
local most = tonumber(ARGV[3])
local count = redis.call('ZCARD', KEYS[2]) - 1
if count <= most then return 0 end
-- the sentinel has rank 0
local oldest = count - math.floor(most / 2)
local floor = tonumber(redis.call('ZRANGE', KEYS[2], oldest, oldest, 'WITHSCORES')[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '(0', floor)
redis.call('HSET', KEYS[1], 'floor', floor)
tell({ '{"kind":"purge","position":' .. position + 1 .. ',"floor":' .. floor .. '}' })
return 1
`;
