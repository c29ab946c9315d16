import { createHash } from 'node:crypto';

/**
 * The four operations of a store in one script on one key. It is atomic and takes one round trip, whatever the number of
 * limits. The arithmetic is the same as in core's debt.ts, number for number.
 *
 * `KEYS[1]` is a hash. Each limit that is not full has one field: its name, with the value `debt at rate`. `debt` is written
 * with 17 digits, so that the same double is read back. It was owed at the moment `at`, in whole microseconds. `rate`, in
 * tokens a second, tells when the bucket is full if nobody names the limit before. The key expires when its last bucket is
 * full.
 *
 * ARGV: the operation (check, peek, refund, reset); the tokens; the server's time in microseconds after which to do nothing;
 * the time to count with, which only tests give (empty means the server's own); then for each limit its name, capacityMax
 * and restoreRateHz.
 *
 * The answer is a text, since numbers lose digits on their way out of Lua: `1` (allowed) or `0`, the server's time, and the
 * debt of each limit after the operation. The answer `late` and the time mean that nothing was done.
 *
 * A key that holds other data is an error and is not changed. The script reads everything before it writes anything, and
 * its first write is one that a server with a full memory and a replica refuse. So such an error changes nothing. The user
 * of the connection must be allowed to run all commands of the script.
 */
export const SCRIPT = `
local operation, tokens, latest, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
if now > latest then return string.format('late %.0f', now) end

local key, buckets = KEYS[1], {}
local fields = redis.call('HGETALL', key)
for i = 1, #fields, 2 do
  local debt, at, rate = string.match(fields[i + 1], '^(%S+) (%d+) (%S+)$')
  local bucket = { debt = tonumber(debt), at = tonumber(at), rate = tonumber(rate) }
  if not (bucket.debt and bucket.at and bucket.rate) then
    return redis.error_reply('BREAKING the key holds something else than buckets')
  end
  buckets[fields[i]] = bucket
end

local function drained(debt, at, rate)
  if now > at then return math.max(0, debt - (now - at) / 1000000 * rate) end
  return debt
end

if operation == 'reset' then
  if #fields > 0 then redis.call('DEL', key) end
  return string.format('1 %.0f', now)
end

local limits, allowed, written = {}, true, false
for i = 5, #ARGV, 3 do
  local limit = { name = ARGV[i], capacity = tonumber(ARGV[i + 1]), rate = tonumber(ARGV[i + 2]), debt = 0 }
  local bucket = buckets[limit.name]
  if bucket then
    bucket.asked = true
    if bucket.at > now then
      bucket.at = now
      bucket.changed = true
      written = true
    end
    limit.debt = drained(math.min(bucket.debt, limit.capacity + 0.001), bucket.at, limit.rate)
  end
  if tokens > 0 and not (limit.capacity - limit.debt >= tokens - 0.001) then allowed = false end
  limits[#limits + 1] = limit
end

local taken = 0
if operation == 'check' and allowed then taken = tokens end
if operation == 'refund' then taken = -tokens end
if taken ~= 0 then
  for _, limit in ipairs(limits) do
    limit.debt = math.max(0, limit.debt + taken)
    if taken > 0 or buckets[limit.name] then
      buckets[limit.name] = { debt = limit.debt, at = now, rate = limit.rate, changed = true, asked = true }
      written = true
    end
  end
end

if written then
  local full, spares, expiry = {}, {}, 0
  for name, bucket in pairs(buckets) do
    bucket.name = name
    bucket.full_at = bucket.at + math.ceil(bucket.debt / bucket.rate * 1000000)
    if bucket.debt == 0 or drained(bucket.debt, bucket.at, bucket.rate) == 0 then
      full[#full + 1] = name
    elseif bucket.asked then
      expiry = math.max(expiry, bucket.full_at)
    else
      spares[#spares + 1] = bucket
    end
  end
  table.sort(spares, function(a, b) return a.full_at > b.full_at end)
  for i, bucket in ipairs(spares) do
    if i > 64 then full[#full + 1] = bucket.name else expiry = math.max(expiry, bucket.full_at) end
  end

  for name, bucket in pairs(buckets) do
    if bucket.changed and bucket.debt > 0 then
      redis.call('HSET', key, name, string.format('%.17g %.0f %.17g', bucket.debt, bucket.at, bucket.rate))
    end
  end
  for _, name in ipairs(full) do redis.call('HDEL', key, name) end
  if expiry > 0 then
    redis.call('PEXPIREAT', key, string.format('%.0f', math.min(math.ceil(expiry / 1000), 9007199254740991)))
  end
end

local answer = { allowed and '1' or '0', string.format('%.0f', now) }
for _, limit in ipairs(limits) do answer[#answer + 1] = string.format('%.17g', limit.debt) end
return table.concat(answer, ' ')
`;

/** The name under which a server that knows the script runs it. */
export const SCRIPT_SHA1 = createHash('sha1').update(SCRIPT).digest('hex');
