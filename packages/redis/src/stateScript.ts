/**
 * The stored state of a key: a byte for the version of the format, and a record for each limit that is not full: its name, a
 * zero byte, and four doubles. `debt` was owed at the moment `at`, in whole microseconds of the server's time. `rate`, in
 * tokens a second, determines when the bucket is full if no later operation names the limit. `more` is how many tokens it may
 * owe beyond its capacity, because of the last caller that waited for it.
 *
 * Four records have names that no limit has: the block (`seconds at 1 0`), the tokens of a lockout (`debt at rate 0`), how
 * often a lockout has blocked the key (`seconds at 1 times`, until that is forgotten), and those who wait (`seconds at
 * longest moved`: until the last one goes on, the longest possible wait, and by how much blocks have delayed them).
 *
 * It is packed, since the server takes longer to read and write a hash of texts: see MEASURED.md.
 */

/** Reads the state into `buckets` and `waiting`. */
export const READ_STATE = `
local BLOCK, STRIKES, TIMES, WAITING = '\\1block', '\\1strikes', '\\1times', '\\1waiting'
local buckets, waiting, written, pos = {}, nil, false, 2
while state and pos <= #state do
  local name, debt, at, rate, more
  name, debt, at, rate, more, pos = struct.unpack('<sdddd', state, pos)
  if name == WAITING then
    waiting = { secs = debt, at = at, longest = rate, moved = more }
  else
    local is_more = string.byte(name) == 1
    if not is_more and more == 0 then more = nil end
    buckets[name] = { debt = debt, at = at, rate = rate, more = more, is_more = is_more }
  end
end
`;

/**
 * Writes the state and its expiry. Of the buckets that the operation does not name, full ones are omitted, and all except the
 * 64 that take longest to fill.
 */
export const WRITE_STATE = `
  local kept, spares, expiry = {}, {}, 0
  for name, bucket in pairs(buckets) do
    bucket.name = name
    bucket.full_at = bucket.at + math.ceil(bucket.debt / bucket.rate * 1000000)
    if bucket.debt > 0 then
      if bucket.asked or bucket.is_more then
        kept[name] = bucket
      elseif drained(bucket.debt, bucket.at, bucket.rate) > 0 then
        spares[#spares + 1] = bucket
      end
    end
  end
  if #spares > 64 then table.sort(spares, function(a, b) return a.full_at > b.full_at end) end
  for i = 1, math.min(64, #spares) do kept[spares[i].name] = spares[i] end

  local records = { '\\2' }
  local function record(name)
    local bucket = kept[name]
    if not bucket then return end
    kept[name] = nil
    expiry = math.max(expiry, bucket.full_at)
    records[#records + 1] = struct.pack('<sdddd', name, bucket.debt, bucket.at, bucket.rate, bucket.more or 0)
  end
  for _, name in ipairs(first) do record(name) end
  for _, bucket in ipairs(spares) do record(bucket.name) end
  for _, name in ipairs({ BLOCK, STRIKES, TIMES }) do record(name) end
  if waiting then
    expiry = math.max(expiry, waiting.at + waiting.secs * 1000000)
    records[#records + 1] = struct.pack('<sdddd', WAITING, waiting.secs, waiting.at, waiting.longest, waiting.moved)
  end
  if #records > 1 then
    redis.call('SET', key, table.concat(records), 'PXAT', math.min(math.ceil(expiry / 1000), 9007199254740991))
  elseif state then
    redis.call('DEL', key)
  end
`.replace(/^\n/, '');
