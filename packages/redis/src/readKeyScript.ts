/** The part of the script that reads a key. It changes nothing, and refuses a key that holds other data. */
export const READ_KEY = `local BLOCK, STRIKES, TIMES, WAITING = '\\1block', '\\1strikes', '\\1times', '\\1waiting'
local key, buckets, waiting, written, had_waiting = KEYS[1], {}, nil, false, false
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local name, numbers = fields[i], {}
  local is_more = string.sub(name, 1, 1) == '\\1'
  for text in string.gmatch(fields[i + 1], '%S+') do numbers[#numbers + 1] = tonumber(text) or false end
  for n = 1, 4 do
    if not numbers[n] and (n < 4 or is_more) then
      return redis.error_reply('BREAKING the key holds something else than buckets')
    end
  end
  if name == WAITING then
    waiting = { secs = numbers[1], at = numbers[2], longest = numbers[3], moved = numbers[4] }
    had_waiting = true
  else
    buckets[name] = { debt = numbers[1], at = numbers[2], rate = numbers[3], more = numbers[4], is_more = is_more }
  end
end

`;
