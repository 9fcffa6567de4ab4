/**
 * Reads what is put up, and takes down what has not been renewed for too long.
 *
 * KEYS     1 the board
 * ARGV     1 for how many milliseconds something stays
 * returns  name, age in milliseconds, JSON, …
 */
export const board = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local all = redis.call('HGETALL', KEYS[1])
local posted = {}
for i = 1, #all, 2 do
  local at, said = string.match(all[i + 1], '^(%d+) (.*)$')
  local age = at and now - tonumber(at)
  if age and age <= tonumber(ARGV[1]) then
    posted[#posted + 1] = all[i]
    posted[#posted + 1] = age
    posted[#posted + 1] = said
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return posted
`;
