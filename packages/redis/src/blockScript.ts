/** The part of the script that blocks a key, and counts its refusals. It computes exactly what core's store/memory/blocks.ts does. */
export const BLOCK_AND_STRIKE = `
-- Blocks the key. Callers that wait on it wait that much longer; a block without end ends their waits. A shorter block
-- moves them forward by at most the time by which blocks have moved them back.
local function block(secs)
  local before = block_left()
  put(BLOCK, secs > 0.001 and secs or 0, now, 1, 0)
  if not waiting then return end
  if secs == math.huge then
    for _, limit in ipairs(load(limits)) do
      put(limit.name, math.min(limit.debt, limit.capacity + 0.001), now, limit.rate)
    end
    return wait_until(nil)
  end
  local delta = math.max(secs - before, -waiting.moved)
  for _, bucket in pairs(buckets) do
    if not bucket.is_more and drained(bucket.debt, bucket.at, bucket.rate) > 0.001 then
      bucket.debt = math.max(0, bucket.debt + delta * bucket.rate)
      bucket.changed = true
    end
  end
  wait_until(waiting_secs() + delta, now, waiting.longest + math.max(0, delta), waiting.moved + delta)
end

local function strike(lockout)
  local bucket, debt = buckets[STRIKES], 1
  if bucket then
    seen(bucket)
    debt = drained(math.min(bucket.debt, lockout.after + 0.001), bucket.at, lockout.rate) + 1
  end
  if lockout.after - debt >= 0.999 then
    put(STRIKES, debt, now, lockout.rate, 0)
    return 0
  end
  put(STRIKES, 0, now, lockout.rate, 0)
  local times = 0
  if left(TIMES) > 0 then times = buckets[TIMES].more end
  local lasting = math.min(lockout.longest, lockout.secs * lockout.backoff ^ times)
  local secs = math.max(lasting, block_left())
  if lasting <= 0 then return 0 end
  put(TIMES, secs + lasting, now, 1, times + 1)
  block(secs)
  return lasting > 0.001 and secs or 0
end
`;
