/**
 * Raises fences, each at a position of its own, and tells everybody.
 *
 * ARGV     3… of each fence: its id, and a JSON object with fence, owner, tags and ref
 * returns  epoch, position of the last, settled, members (id, `applied flagged`, …)
 * keeps    (I16) The members are read after the fences stand.
 */
export const fence = `
local messages = {}
for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  messages[#messages + 1] = '{"kind":"fence","position":' .. position + #messages + 1 .. ',' .. string.sub(ARGV[i + 1], 2)
end
tell(messages)
return { epoch, position, settled, redis.call('HGETALL', KEYS[4]) }
`;
