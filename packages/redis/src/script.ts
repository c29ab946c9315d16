import { createHash } from 'node:crypto';

/**
 * The four operations of a store, as one script on one key: atomic, and one round trip however many limits there are.
 * The arithmetic is that of debt.ts in core, number for number.
 *
 * `KEYS[1]` is a hash with one field for each limit that is not full: its name, and `debt at rate`. `debt` (17 digits, so
 * that the double comes back as it was) was owed `at` that moment (whole microseconds) and drains at `rate`, in tokens a
 * second, if nobody names the limit before it is full. A key expires when the last of its buckets is full.
 *
 * ARGV: operation (check, peek, refund, reset); tokens; the server's time in microseconds after which to do nothing; the
 * time to count by, empty for the server's own (tests alone give one); and for each limit name, capacityMax, restoreRateHz.
 *
 * The answer is text, since integers and numbers lose digits on their way out of Lua: `1` (allowed) or `0`, the server's
 * time, and each limit's debt after the operation; or `late`, the time, when nothing was done.
 *
 * A key that holds something else is an error and stays as it is. All reading comes before all writing, and of all
 * writes the one that a full memory or a replica forbids comes first: such an error leaves nothing half done. Whoever may
 * run the script must be allowed all of its commands.
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

/** The name by which a server that has seen the script runs it. */
export const SCRIPT_SHA1 = createHash('sha1').update(SCRIPT).digest('hex');
