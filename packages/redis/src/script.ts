import { createHash } from 'node:crypto';
import { SAME_MOMENT_SECS } from '@breaking/core/internal';
import { BLOCK_AND_STRIKE } from './blockScript.js';
import { READ_KEY } from './readKeyScript.js';
import { RESERVE } from './reserveScript.js';

/**
 * All operations of a store in one script on one key. It is atomic and takes one round trip, whatever the number of
 * limits. The arithmetic is the same as in core's debt.ts and memory store, number for number.
 *
 * `KEYS[1]` is a hash. Each limit that is not full has one field: its name, with the value `debt at rate`. `debt` is written
 * with 17 digits, so that the same double is read back. It was owed at the moment `at`, in whole microseconds. `rate`, in
 * tokens a second, tells when the bucket is full if nobody names the limit before. The key expires when its last bucket is
 * full. A bucket on which the last who waited has gone on has one more number, of tokens that it may owe on top of its
 * capacity. Four more fields have names that no limit has, and one more number: the block (`seconds at 1 0`), the tokens of a
 * lockout (`debt at rate 0`), how often a lockout has blocked the key (`seconds at 1 times`, until that is forgotten), and who
 * waits (`seconds at longest moved`: until the last goes on, the longest wait, and by how much blocks have moved all).
 *
 * ARGV: the operation; the tokens, or the seconds of a block; the server's time in microseconds after which to do nothing;
 * the time to count with, which only tests give (empty means the server's own); a payload in JSON for `reserve` and
 * `strike`; then for each limit its name, capacityMax and restoreRateHz.
 *
 * The answer is a text, since numbers lose digits on their way out of Lua: `1` (allowed) or `0`, the server's time, what is
 * left of a block, and the debt of each limit after the operation; `take` and `strike` answer their number in place of the
 * block. The answer `late` and the time mean that nothing was done.
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

${READ_KEY}if operation == 'reset' then
  if #fields > 0 then redis.call('DEL', key) end
  return string.format('1 %.0f 0', now)
end

local function drained(debt, at, rate, moment)
  moment = moment or now
  if moment > at then return math.max(0, debt - (moment - at) / 1000000 * rate) end
  return debt
end

local function put(name, debt, at, rate, more)
  buckets[name] = { debt = debt, at = at, rate = rate, more = more, is_more = more ~= nil, changed = true, asked = true, gone = debt == 0 }
  written = true
end

local function seen(bucket)
  if bucket.at > now then
    bucket.at = now
    if not bucket.is_more then bucket.debt, bucket.more = math.max(0, bucket.debt - (bucket.more or 0)), nil end
    bucket.changed = true
    written = true
  end
end

local function left(name)
  local bucket = buckets[name]
  if not bucket then return 0 end
  seen(bucket)
  return drained(bucket.debt, bucket.at, bucket.rate)
end

local function block_left()
  local secs = left(BLOCK)
  if secs > 0.001 then return secs end
  if buckets[BLOCK] and buckets[BLOCK].debt > 0 then put(BLOCK, 0, now, 1, 0) end
  return 0
end

local function wait_until(secs, at, longest, moved)
  if secs then waiting = { secs = secs, at = at, longest = longest, moved = moved } else waiting = nil end
  written = true
end
if waiting and waiting.at > now then wait_until(waiting.secs, now, waiting.longest, waiting.moved) end

-- Seconds until the last who waits goes on. They are counted from whole microseconds, since a moment has no finer digits.
local function waiting_secs()
  return waiting.secs - (now - waiting.at) / 1000000
end

-- Buckets drain at the rates that the operation names.
local function named(limits)
  for _, limit in ipairs(limits) do
    local bucket = buckets[limit.name]
    if bucket then bucket.rate, bucket.asked = limit.rate, true end
  end
  return limits
end

-- Once the last has gone on, each bucket owes its capacity at most from that moment, and is counted as others are. The
-- moment is between two microseconds: from the one before to it, as much more is owed as drains in between.
local function settle()
  if not waiting or waiting_secs() > ${SAME_MOMENT_SECS} then return end
  local micros = waiting.secs * 1000000
  local whole = math.floor(micros + 0.01)
  local gone_at = math.min(now, waiting.at + whole)
  for _, bucket in pairs(buckets) do
    if not bucket.is_more and bucket.at <= gone_at then
      bucket.debt = drained(bucket.debt, bucket.at, bucket.rate, gone_at)
      bucket.at = gone_at
      bucket.more = math.max(0, micros - whole) / 1000000 * bucket.rate
      bucket.changed = true
    end
  end
  wait_until(nil)
end

local function load(limits)
  for _, limit in ipairs(limits) do
    local bucket = buckets[limit.name]
    limit.debt = 0
    if bucket then
      seen(bucket)
      local reservable = bucket.more or 0
      if waiting then reservable = waiting.longest * limit.rate end
      limit.debt = drained(math.min(bucket.debt, limit.capacity + 0.001 + reservable), bucket.at, limit.rate)
    end
  end
  return limits
end

local limits = {}
for i = 6, #ARGV, 3 do
  limits[#limits + 1] = { name = ARGV[i], capacity = tonumber(ARGV[i + 1]), rate = tonumber(ARGV[i + 2]) }
end
named(limits)
if operation ~= 'reserve' then settle() end

${BLOCK_AND_STRIKE}${RESERVE}
local answer
if operation == 'reserve' then
  answer = reserve(ARGV[5])
elseif operation == 'strike' then
  answer = string.format('1 %.0f %.17g', now, strike(cjson.decode(ARGV[5])))
elseif operation == 'block' then
  block(tokens)
  answer = string.format('1 %.0f 0', now)
else
  load(limits)
  local secs, allowed, shortage = block_left(), true, 0
  if secs > 0 then allowed = false end
  for _, limit in ipairs(limits) do
    if tokens > 0 and not (limit.capacity - limit.debt >= tokens - 0.001) then allowed = false end
  end
  for _, limit in ipairs(limits) do
    local taken = 0
    if operation == 'check' and allowed then taken = tokens end
    if operation == 'refund' and not waiting then taken = -tokens end
    if operation == 'take' then
      local whole = math.floor(limit.capacity - limit.debt) + 1
      if limit.capacity - limit.debt < whole - 0.001 then whole = whole - 1 end
      taken = math.min(tokens, math.max(0, whole))
      shortage = math.max(shortage, tokens - taken)
    end
    limit.debt = math.max(0, limit.debt + taken)
    if taken > 0 or (taken < 0 and buckets[limit.name]) then put(limit.name, limit.debt, now, limit.rate) end
  end
  local third = secs
  if operation == 'take' then third = shortage end
  answer = { allowed and '1' or '0', string.format('%.0f %.17g', now, third) }
  for _, limit in ipairs(limits) do answer[#answer + 1] = string.format('%.17g', limit.debt) end
  answer = table.concat(answer, ' ')
end

if written then
  local full, spares, expiry = {}, {}, 0
  for name, bucket in pairs(buckets) do
    bucket.name = name
    bucket.full_at = bucket.at + math.ceil(bucket.debt / bucket.rate * 1000000)
    local is_spare = not (bucket.asked or bucket.is_more)
    if bucket.debt == 0 or (is_spare and drained(bucket.debt, bucket.at, bucket.rate) == 0) then
      full[#full + 1] = name
    elseif not is_spare then
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
      local value = string.format('%.17g %.0f %.17g', bucket.debt, bucket.at, bucket.rate)
      if bucket.more then value = string.format('%s %.17g', value, bucket.more) end
      redis.call('HSET', key, name, value)
    end
  end
  if waiting then
    local value = '%.17g %.0f %.17g %.17g'
    redis.call('HSET', key, WAITING, string.format(value, waiting.secs, waiting.at, waiting.longest, waiting.moved))
  elseif had_waiting then
    full[#full + 1] = WAITING
  end
  for _, name in ipairs(full) do redis.call('HDEL', key, name) end
  if expiry > 0 then
    redis.call('PEXPIREAT', key, string.format('%.0f', math.min(math.ceil(expiry / 1000), 9007199254740991)))
  end
end
return answer
`;

/** The name under which a server that knows the script runs it. */
export const SCRIPT_SHA1 = createHash('sha1').update(SCRIPT).digest('hex');
