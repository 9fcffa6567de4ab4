/**
 * Puts up what an instance says of itself, with the instant at which it did, on the server's clock: those of the instances differ.
 *
 * KEYS  1 the board (hash: name to `milliseconds JSON`)
 * ARGV  1 the name, 2 what it says as JSON, 3 for how many milliseconds a board that nobody writes to stays
 */
export const post = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', now + tonumber(ARGV[3])))
return 1
`;
