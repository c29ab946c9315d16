/**
 * The part of the script that reserves tokens for callers that wait, and takes reservations back. It is core's
 * store/memory/reserving.ts, number for number.
 *
 * The payload is JSON: `earliest` (the server's time in microseconds before which none goes on), `wants` and `withdrawn`. The
 * answer has `1`, or `0` where the reservations could not be taken back and nothing was done; the time; the seconds by which
 * blocks have moved those who wait, or `-` while nobody does; and for each want whether it is reserved, the seconds until
 * the caller goes on, whether it is refused because of a block, for each limit the debt and what was kept before it
 * (`debt at`, or `- -`), and who waited before (`secs at longest moved`, or `- - - -`).
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
    for i, limit in ipairs(undo.limits) do
      local bucket, after = kept(limit.name), undo.after[i]
      local expected = after[1] + moved * limit.rate
      if not bucket or bucket.at ~= after[2] then return false end
      if math.abs(bucket.debt - expected) > 0.000001 * math.max(1, expected) then return false end
    end
    local before = undo.waiting
    local still = 0
    if before then still = moved end
    for i, limit in ipairs(undo.limits) do
      local old = undo.before[i]
      if old then put(limit.name, math.max(0, old[1] + still * limit.rate), old[2], limit.rate)
      else put(limit.name, 0, now, limit.rate) end
    end
    if before then
      wait_until(before[1] + moved, before[2], before[3], before[4] + moved)
    else
      wait_until(nil)
    end
    return true
  end

  local before, before_waiting = {}, waiting
  for name, bucket in pairs(buckets) do before[name] = bucket end
  for i = #request.withdrawn, 1, -1 do
    if not withdraw(request.withdrawn[i]) then
      buckets, waiting = before, before_waiting
      return string.format('0 %.0f -', now)
    end
  end

  local answer, last = {}, request.earliest or 0
  for _, want in ipairs(request.wants) do
    settle()
    local limits, secs = load(want.limits), math.max(block_left(), (last - now) / 1000000)
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
    local is_reserved = secs <= want.longest
    answer[#answer + 1] = string.format('%d %.17g %d', is_reserved and 1 or 0, secs, block_left() > want.longest and 1 or 0)
    local old = waiting
    for _, limit in ipairs(limits) do
      local bucket = kept(limit.name)
      local was = '- -'
      if bucket then was = string.format('%.17g %.0f', bucket.debt, bucket.at) end
      if is_reserved and limit.cost > 0 then
        limit.debt = math.max(limit.debt, secs * limit.rate) + limit.cost
        put(limit.name, limit.debt, now, limit.rate)
      end
      answer[#answer + 1] = string.format('%.17g %s', limit.debt, was)
    end
    if old then
      answer[#answer + 1] = string.format('%.17g %.0f %.17g %.17g', old.secs, old.at, old.longest, old.moved)
    else
      answer[#answer + 1] = '- - - -'
    end
    if is_reserved then
      last = now + secs * 1000000
      if takes and secs > 0 then
        local left, longest, moved = 0, 0, 0
        if old then left, longest, moved = old.secs - (now - old.at) / 1000000, old.longest, old.moved end
        wait_until(math.max(left, secs), now, math.max(longest, want.longest), moved)
      end
    end
  end

  local moved = '-'
  if block_left() == math.huge then
    moved = 'inf'
  elseif waiting and waiting.secs > (now - waiting.at) / 1000000 then
    moved = string.format('%.17g', waiting.moved)
  end
  table.insert(answer, 1, string.format('1 %.0f %s', now, moved))
  return table.concat(answer, ' ')
end
`;
