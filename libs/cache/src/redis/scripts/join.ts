/**
 * Enrols a member and answers the list as it stands.
 *
 * ARGV     3 member
 * returns  epoch, position, floor, settled, changes (tag, position, …), fences (id, JSON object, …)
 * keeps    (I16) The member is enrolled in the same step: a fence that is not in this snapshot will wait for it.
 */
export const join = `
redis.call('HSET', KEYS[4], ARGV[3], position .. ' 0')
return { epoch, position, tonumber(state[4]), settled,
  redis.call('ZRANGEBYSCORE', KEYS[2], '(0', '+inf', 'WITHSCORES'), redis.call('HGETALL', KEYS[3]) }
`;
