import { createHash } from 'node:crypto';
import { SAME_MOMENT_SECS } from '@breaking/core/internal';
import { BLOCK_AND_STRIKE } from './blockScript.js';
import { PLAIN_DECISION } from './plainDecisionScript.js';
import { RESERVE } from './reserveScript.js';
import { READ_STATE, WRITE_STATE } from './stateScript.js';

/**
 * All operations of a store in one script on one key. It is atomic and takes one round trip, whatever the number of limits.
 * It computes exactly what core's debt.ts and memory store do.
 *
 * `KEYS[1]` is a string, in the format of stateScript.ts. The key expires when its last bucket is full.
 *
 * ARGV: the operation; the tokens, or the seconds of a block; the server's time in microseconds after which the script does
 * nothing, or in tests `@` and the time to use; then for each limit its name, capacityMax and restoreRateHz; and for
 * `reserve` and `strike` a payload in JSON.
 *
 * The response is a text, since Lua would truncate numbers: `1` (allowed) or `0`, the server's time (`seconds:microseconds`,
 * which is cheaper to write than one number), what is left of a block, and the debt of each limit after the operation; `take`
 * and `strike` return their number in place of the block. The response `late` with the time means that nothing was done.
 *
 * A key that holds other data is an error and is not changed. The script reads everything before it writes anything, and its
 * first write is one that a replica, or a server with a full memory, refuses. So such an error changes nothing. The user of
 * the connection must be allowed to run all commands of the script.
 */
export const SCRIPT = `
local operation, tokens, latest, now, moment = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if latest then
  local time = redis.call('TIME')
  now, moment = time[1] * 1000000 + time[2], time[1] .. ':' .. time[2]
else
  now, moment = tonumber(string.sub(ARGV[3], 2)), '0:' .. string.sub(ARGV[3], 2)
end
if latest and now > latest then return 'late ' .. moment end

local key = KEYS[1]
local state = redis.call('GET', key)
if state and string.byte(state) ~= 2 then
  return redis.error_reply('BREAKING the key holds something else than buckets')
end
${PLAIN_DECISION}
${READ_STATE}
if operation == 'reset' then
  if state then redis.call('DEL', key) end
  return '1 ' .. moment .. ' 0'
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

-- Seconds until the last waiting caller goes on. They count from whole microseconds, the precision of moments.
local function waiting_secs()
  return waiting.secs - (now - waiting.at) / 1000000
end

-- Buckets of the operation drain at its rates, and come first in the state.
local first = {}
local function named(limits)
  for _, limit in ipairs(limits) do
    local bucket = buckets[limit.name]
    if bucket then bucket.rate, bucket.asked = limit.rate, true end
    first[#first + 1] = limit.name
  end
  return limits
end

-- Once the last waiting caller has gone on, each bucket owes at most its capacity, and is treated as usual. That moment is
-- between two microseconds: at the earlier one, the bucket owes as much more as drains until the moment.
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
for i = 4, #ARGV - 2, 3 do
  limits[#limits + 1] = { name = ARGV[i], capacity = tonumber(ARGV[i + 1]), rate = tonumber(ARGV[i + 2]) }
end
named(limits)
if operation ~= 'reserve' then settle() end

${BLOCK_AND_STRIKE}${RESERVE}
local answer
if operation == 'reserve' then
  answer = reserve(ARGV[4])
elseif operation == 'strike' then
  answer = string.format('1 %s %.17g', moment, strike(cjson.decode(ARGV[#ARGV])))
elseif operation == 'block' then
  block(tokens)
  answer = '1 ' .. moment .. ' 0'
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
  answer = { allowed and '1' or '0', string.format('%s %.17g', moment, third) }
  for _, limit in ipairs(limits) do answer[#answer + 1] = string.format('%.17g', limit.debt) end
  answer = table.concat(answer, ' ')
end

if written then
${WRITE_STATE}end
return answer
`;

/** The name under which a server runs the loaded script. */
export const SCRIPT_SHA1 = createHash('sha1').update(SCRIPT).digest('hex');
