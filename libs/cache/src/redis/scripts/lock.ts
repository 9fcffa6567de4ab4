/**
 * The beginning of every script about a lock: reads how it stands.
 *
 * KEYS  1 the lock (hash: token of its last hold; and while it is held, holder and ends)
 * ARGV  1 the holder: a secret of one hold, so that nobody extends or frees what somebody else has taken meanwhile
 *
 * Instants are microseconds of the server's clock, which is good enough here and would not be for coherence: a lock is a
 * bargain about time anyway, whose holder believes in it for less long than this clock counts, and the clock only has to run
 * at about the same rate as his. Set forward it ends holds early, which their holders learn when they extend; set back it
 * keeps the lock of a holder that died.
 *
 * Tokens come from counting, and from the clock where nothing is left to count from. The key outlives the instant that its
 * token names, by the same clock that ends keys: when it has gone the clock is ahead of the token. So a token can go back only
 * if the key was lost (flushed, evicted, in a failover) and the clock was set back as well, or is behind on the other server.
 *
 * Numbers stay below 2^53 until the year 2255. Lua would write them with 14 digits, so they are formatted by hand.
 */
export const lock = `
local state = redis.call('HMGET', KEYS[1], 'token', 'holder', 'ends')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(state[1] or 0)
local held = state[2] and now < tonumber(state[3])
local function whole(number) return string.format('%.0f', number) end
-- a minute beyond all that it tells of
local function outlast(token, ends)
  redis.call('PEXPIREAT', KEYS[1], whole(math.ceil(math.max(now, token, ends) / 1000) + 60000))
end
`;
