/**
 * The part of the script that most decisions end in: a check or peek of a key that has only the buckets of its limits, in
 * their order, and an active block. The rest of the script gives the same decision but takes longer, since it creates
 * functions and a table for each bucket.
 */
export const PLAIN_DECISION = `
if operation == 'check' or operation == 'peek' then
  local debts, allowed, secs, pos, name, debt, at, rate, more = {}, true, 0, 2
  if state then name, debt, at, rate, more, pos = struct.unpack('<sdddd', state, pos) end
  local is_plain = true
  for i = 4, #ARGV, 3 do
    local capacity, owed = tonumber(ARGV[i + 1]), 0
    if name == ARGV[i] then
      if at > now or more ~= 0 then is_plain = false end
      owed = debt
      if owed > capacity + 0.001 then owed = capacity + 0.001 end
      if now > at then owed = owed - (now - at) / 1000000 * ARGV[i + 2] end
      if owed < 0 then owed = 0 end
      if pos <= #state then name, debt, at, rate, more, pos = struct.unpack('<sdddd', state, pos) else name = nil end
    end
    if tokens > 0 and not (capacity - owed >= tokens - 0.001) then allowed = false end
    debts[#debts + 1] = owed
  end
  if name == '\\1block' then
    secs = debt - (now - at) / 1000000
    if at > now or secs <= 0.001 or pos <= #state then is_plain = false end
    allowed = false
  elseif name then
    is_plain = false
  end
  if is_plain then
    local answer, written, full_at = (allowed and '1 ' or '0 ') .. moment .. (secs > 0 and string.format(' %.17g', secs) or ' 0'), '\\2', 0
    local takes = allowed and tokens > 0 and operation == 'check'
    for i = 1, #debts do
      debt = debts[i]
      if takes then
        debt = debt + tokens
        rate = tonumber(ARGV[3 + 3 * i])
        written = written .. struct.pack('<sdddd', ARGV[1 + 3 * i], debt, now, rate, 0)
        full_at = math.max(full_at, now + math.ceil(debt / rate * 1000000))
      end
      answer = answer .. string.format(' %.17g', debt)
    end
    if takes then redis.call('SET', key, written, 'PXAT', math.min(math.ceil(full_at / 1000), 9007199254740991)) end
    return answer
  end
end
`;
