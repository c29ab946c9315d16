import { SAME_MOMENT_SECS } from '@breaking/core/internal';

/**
 * The part of the script that reserves tokens for callers that wait, and undoes reservations. It computes exactly what core's
 * store/memory/reserving.ts does.
 *
 * The payload is JSON: `earliest` (the earliest moment at which any of them proceeds: the server's time in microseconds, and
 * seconds from there), `wants` and `withdrawn`.
 *
 * The answer has `1`, or `0` if the reservations could not be undone and nothing was done; the time; the seconds by which
 * blocks have delayed those who wait, or `-` if nobody waits; the seconds that are left of a block; and for each want:
 * whether it is reserved, the seconds until the caller proceeds, whether it is refused because of a block, the debt of each
 * limit and what was stored before it (`debt at more`, or `- - -`), who waited before (`secs at longest`, or `- - -`), and by
 * how many seconds blocks had delayed them.
 */
export const RESERVE = `
local function reserve(payload)
  local request = cjson.decode(payload)
  local function kept(name)
    local bucket = buckets[name]
    if bucket and not bucket.gone then return bucket end
  end

  local function withdraw(undo)
    local moved = 0
    if waiting then moved = waiting.moved - undo.moved end
    local function same(debt, expected)
      return math.abs(debt - expected) <= 0.000001 * math.max(1, expected)
    end
    for i, limit in ipairs(named(undo.limits)) do
      local bucket, after = kept(limit.name), undo.after[i]
      if not bucket or bucket.at ~= after[2] or bucket.more then return false end
      if not same(bucket.debt, after[1] + moved * limit.rate) then return false end
    end
    local is_last = true
    for i, limit in ipairs(undo.others) do
      local bucket, old = kept(limit.name), undo.kept[i]
      if not bucket or not old then
        is_last = is_last and not bucket and not old
      else
        local is_same = same(bucket.debt, old[1] + moved * limit.rate) or same(bucket.debt, old[1])
        is_last = is_last and is_same and bucket.at == old[2] and (bucket.more or 0) == old[3]
      end
    end
    local before = undo.waiting
    local still = 0
    if before or not is_last then still = moved end
    for i, limit in ipairs(undo.limits) do
      local old = undo.before[i]
      put(limit.name, 0, now, limit.rate)
      if old then
        put(limit.name, math.max(0, old[1] + still * limit.rate), old[2], limit.rate)
        if old[3] > 0 then buckets[limit.name].more = old[3] end
      end
    end
    -- If it is not the last, somebody else may wait for the other limits.
    if not is_last then return true end
    if before then
      wait_until(before[1] + moved, before[2], before[3] + math.max(0, moved), before[4] + moved)
    else
      wait_until(nil)
    end
    return true
  end

  local before, before_waiting, was_written = {}, waiting, written
  for name, bucket in pairs(buckets) do before[name] = bucket end
  local are_withdrawn = true
  for i = #request.withdrawn, 1, -1 do
    are_withdrawn = are_withdrawn and withdraw(request.withdrawn[i])
  end
  if not are_withdrawn then buckets, waiting, written = before, before_waiting, was_written end

  -- If nobody waits, this starts at its old value: processes compare it with the value that they received before.
  local moved_before = 0
  if #request.withdrawn > 0 and before_waiting then moved_before = before_waiting.moved end
  -- Those that were reserved before keep their tokens if a block makes them wait longer than they may.
  local is_anew = #request.withdrawn > 0
  local answer, last_secs = {}, 0
  if request.earliest then last_secs = (request.earliest[1] - now) / 1000000 + request.earliest[2] end
  for _, want in ipairs(are_withdrawn and request.wants or {}) do
    named(want.limits)
    settle()
    local limits, secs = load(want.limits), math.max(block_left(), last_secs)
    local takes = false
    for _, limit in ipairs(limits) do
      if limit.cost > 0 then
        takes = true
        if limit.capacity - limit.debt < limit.cost - 0.001 then
          local needed = math.huge
          if limit.cost <= limit.capacity then needed = (limit.cost - (limit.capacity - limit.debt)) / limit.rate end
          secs = math.max(secs, needed)
        end
      end
    end
    local is_reserved = secs <= want.longest or (is_anew and secs < math.huge)
    answer[#answer + 1] = string.format('%d %.17g %d', is_reserved and 1 or 0, secs, block_left() > want.longest and 1 or 0)
    local old = waiting
    for _, limit in ipairs(limits) do
      local bucket = kept(limit.name)
      local was = '- - -'
      if bucket then was = string.format('%.17g %.0f %.17g', bucket.debt, bucket.at, bucket.more or 0) end
      if is_reserved and limit.cost > 0 then
        limit.debt = math.max(limit.debt, secs * limit.rate) + limit.cost
        put(limit.name, limit.debt, now, limit.rate)
      end
      answer[#answer + 1] = string.format('%.17g %s', limit.debt, was)
    end
    if old then
      answer[#answer + 1] = string.format('%.17g %.0f %.17g %.17g', waiting_secs(), now, old.longest, old.moved)
    else
      answer[#answer + 1] = string.format('- - - %.17g', moved_before)
    end
    if is_reserved then
      last_secs = secs
      if takes and secs > 0 then
        local left, longest, moved = 0, 0, moved_before
        if old then left, longest, moved = waiting_secs(), old.longest, old.moved end
        wait_until(math.max(left, secs), now, math.max(longest, want.longest, secs), moved)
      end
    end
  end

  local moved = '-'
  if waiting and waiting_secs() > ${SAME_MOMENT_SECS} then
    moved = string.format('%.17g', waiting.moved)
  end
  table.insert(answer, 1, string.format('%d %s %s %.17g', are_withdrawn and 1 or 0, moment, moved, block_left()))
  return table.concat(answer, ' ')
end
`;
