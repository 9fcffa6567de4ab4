/**
 * The beginning of every script: reads the state of the list, and begins a new epoch where the old one cannot be believed.
 *
 * KEYS  1 state (hash: epoch, life, position, floor, settled), 2 changes (sorted set: tag by position), 3 fences (hash: fence to
 *       what is known of it), 4 members (hash: id to `applied flagged`). All share a hash tag, so that a script stays in one slot.
 * ARGV  1 the name of a new epoch, should one begin; 2 the channel
 *
 * Names and tags travel as JSON texts and are never taken apart: whatever somebody calls a tag comes back as it was.
 *
 * A server that was restarted, restored or promoted has another replication id, and so has one that was demoted in between;
 * its run id would not show that. A key that was evicted or flushed lacks the sentinel that each of them holds under the empty
 * name, which no JSON text is. Either way the list is not what it was, and nothing of it is kept. (I5)
 * No script looks at the server's clock.
 */
export const prelude = `
local life = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  or string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local state = redis.call('HMGET', KEYS[1], 'epoch', 'life', 'position', 'floor', 'settled')
local whole = state[1] and state[2] == life
  and redis.call('ZSCORE', KEYS[2], '') and redis.call('HEXISTS', KEYS[3], '') == 1 and redis.call('HEXISTS', KEYS[4], '') == 1
if not whole then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
  state = { ARGV[1], life, '1', '1', '0' }
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'life', life, 'position', 1, 'floor', 1, 'settled', 0)
  redis.call('ZADD', KEYS[2], 0, '')
  redis.call('HSET', KEYS[3], '', '')
  redis.call('HSET', KEYS[4], '', '')
end
local epoch, position, settled = state[1], tonumber(state[3]), tonumber(state[5])
local function tell(messages)
  if #messages == 0 then return end
  position = position + #messages
  redis.call('HSET', KEYS[1], 'position', position)
  redis.call('PUBLISH', ARGV[2], '{"epoch":"' .. epoch .. '","messages":[' .. table.concat(messages, ',') .. ']}')
end
`;
