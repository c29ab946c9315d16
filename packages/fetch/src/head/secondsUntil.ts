/** Larger numbers are Unix times in seconds (2001) or milliseconds: nobody waits for 30 years. */
const LEAST_UNIX_SECS = 1e9;
const LEAST_UNIX_MS = 1e12;

/** A longer time must be a mistake: a pause would outlast the process. */
const YEAR_SECS = 366 * 86_400;

/**
 * The seconds until the moment in a field of a response: a number of seconds, a Unix time, a duration in Go's format (`6m0s`,
 * `20ms`), an HTTP date or an ISO 8601 date. A moment is compared with the `Date` of the response, so that a wrong clock on
 * either side does not matter; without that field, with this machine's clock.
 * @param nowMs this machine's wall clock, in milliseconds since 1970
 * @returns 0 for a moment in the past; undefined for more than a year, and for any other text
 */
export function secondsUntil(value: string | null, fields: Headers, nowMs: number): number | undefined {
  if (!value) return undefined;
  const secs = durationSecs(value) ?? secsUntilMoment(value, fields, nowMs);
  return secs === undefined || secs > YEAR_SECS ? undefined : Math.max(0, secs);
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

function durationSecs(value: string): number | undefined {
  // Some servers send fractions, which the RFC does not allow.
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) < LEAST_UNIX_SECS ? Number(value) : undefined;
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(value)) return undefined;
  let secs = 0;
  for (const [, n, , unit] of value.matchAll(/(\d+(\.\d+)?)(ms|[dhms])/g))
    secs += Number(n) * (UNITS[unit ?? ''] ?? 0);
  return secs;
}

function secsUntilMoment(value: string, fields: Headers, nowMs: number): number | undefined {
  const thenMs = momentMs(value);
  const dateMs = momentMs(fields.get('date') ?? '');
  return thenMs === undefined ? undefined : (thenMs - (dateMs ?? nowMs)) / 1000;
}

function momentMs(value: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * (Number(value) < LEAST_UNIX_MS ? 1000 : 1);
  // Date.parse accepts much that is not a date, such as "-5" and "soon 2030".
  if (!/^(?:[A-Z][a-z]+,? .*\d:\d\d:\d\d|\d{4}-\d\d-\d\dT)/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
