/**
 * The seconds that a `Retry-After` field asks to wait, of either form of RFC 9110, section 10.2.3: a number of seconds,
 * or a date. A date is read against the answer's own `Date`, so that a clock that is wrong, theirs or ours, does not
 * matter; without that field, against this machine's clock.
 * @param nowMs this machine's wall clock, in milliseconds since 1970
 * @returns 0 for a date that has passed, undefined for what is neither form
 */
export function retryAfterSecs(fields: Headers, nowMs: number): number | undefined {
  const value = fields.get('retry-after')?.trim();
  if (!value) return undefined;
  // Some servers send fractions, which the RFC does not know.
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const thenMs = Date.parse(value);
  // Date.parse takes much that is no HTTP date, such as "-5".
  if (Number.isNaN(thenMs) || !/^[A-Z][a-z]+,? /.test(value)) return undefined;
  return Math.max(0, (thenMs - serverMs(fields, nowMs)) / 1000);
}

/** The server's wall clock when it answered, as far as it says so. */
export function serverMs(fields: Headers, nowMs: number): number {
  const dateMs = Date.parse(fields.get('date') ?? '');
  return Number.isNaN(dateMs) ? nowMs : dateMs;
}
