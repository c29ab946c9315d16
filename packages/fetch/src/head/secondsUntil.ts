/** Numbers from here on are Unix times in seconds (2001), or in milliseconds: nobody waits for 30 years. */
const LEAST_UNIX_SECS = 1e9;
const LEAST_UNIX_MS = 1e12;

/** Whoever asks for more is wrong: a pause would outlive the process. */
const YEAR_SECS = 366 * 86_400;

/**
 * The seconds until a moment that a field of an answer tells: a number of seconds, a Unix time, a duration as Go writes it
 * (`6m0s`, `20ms`), an HTTP date or one of ISO 8601. A moment is read against the answer's own `Date`, so that a clock that is
 * wrong, theirs or ours, does not matter; without that field, against this machine's clock.
 * @param nowMs this machine's wall clock, in milliseconds since 1970
 * @returns 0 for what has passed; undefined for more than a year and for anything else
 */
export function secondsUntil(value: string | null, fields: Headers, nowMs: number): number | undefined {
  if (!value) return undefined;
  const secs = durationSecs(value) ?? secsUntilMoment(value, fields, nowMs);
  return secs === undefined || secs > YEAR_SECS ? undefined : Math.max(0, secs);
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

function durationSecs(value: string): number | undefined {
  // Some servers send fractions, which the RFC does not know.
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
  // Date.parse finds a date in much that is none, such as "-5" and "soon 2030".
  if (!/^(?:[A-Z][a-z]+,? .*\d:\d\d:\d\d|\d{4}-\d\d-\d\dT)/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
