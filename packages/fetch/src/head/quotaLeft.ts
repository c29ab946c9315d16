import { serverMs } from './retryAfter.js';

/** What an answer says of its sender's quota. */
export interface QuotaLeft {
  /** Requests (or whatever is scarcest) that may still be sent. */
  readonly remaining: number;
  /** Seconds until there are more, if it says so. */
  readonly resetSecs: number | undefined;
}

/**
 * What the header fields of an answer say is left, under the limit that leaves least; undefined if they say nothing. It
 * reads
 * - `RateLimit: "burst";r=0;t=1, "daily";r=4900` of draft-ietf-httpapi-ratelimit-headers-08 and later,
 * - `RateLimit: limit=100, remaining=0, reset=5` of draft 07,
 * - `RateLimit-Remaining` and `-Reset` of earlier drafts,
 * - `X-RateLimit-Remaining` and `-Reset`, in seconds or as a Unix time, as GitHub sends it,
 * - the same with an ending for each limit, such as OpenAI's `x-ratelimit-remaining-tokens` and `-reset-tokens: 6m0s`,
 * - Anthropic's `anthropic-ratelimit-requests-remaining` and `-reset`, a date.
 * @param nowMs this machine's wall clock, in milliseconds since 1970
 */
export function quotaLeft(fields: Headers, nowMs: number): QuotaLeft | undefined {
  let least: QuotaLeft | undefined;
  fields.forEach((value, name) => {
    // Nearly all fields are others.
    if (!name.includes('ratelimit')) return;
    const found = name === 'ratelimit' ? ofRateLimit(value) : ofPair(fields, name, value, nowMs);
    for (const each of found) if (least === undefined || isScarcer(each, least)) least = each;
  });
  return least;
}

/** Of limits that leave nothing, the one that takes longest counts. */
function isScarcer(a: QuotaLeft, b: QuotaLeft): boolean {
  if (a.remaining !== b.remaining) return a.remaining < b.remaining;
  return (a.resetSecs ?? 0) > (b.resetSecs ?? 0);
}

function ofRateLimit(field: string): QuotaLeft[] {
  const draft7 = /\bremaining=(\d+)/.exec(field);
  if (draft7) return [{ remaining: Number(draft7[1]), resetSecs: whole(/\breset=(\d+)/.exec(field)?.[1]) }];
  const found: QuotaLeft[] = [];
  for (const [member] of field.matchAll(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g)) {
    const parameters = member.replace(/"(?:\\.|[^"\\])*"/, '');
    const remaining = whole(/;\s*r=(\d+)/.exec(parameters)?.[1]);
    if (remaining !== undefined)
      found.push({ remaining, resetSecs: whole(/;\s*t=(\d+)/.exec(parameters)?.[1]) });
  }
  return found;
}

const REMAINING = /^(?:(x-)?ratelimit-remaining(-[a-z-]+)?|anthropic-ratelimit-([a-z-]+)-remaining)$/;

/** Of a pair of fields: one says what remains, and another when there is more. */
function ofPair(fields: Headers, name: string, value: string, nowMs: number): QuotaLeft[] {
  if (!REMAINING.test(name) || !/^\d+$/.test(value)) return [];
  const reset = fields.get(name.replace('remaining', 'reset'));
  return [{ remaining: Number(value), resetSecs: secondsUntil(reset, serverMs(fields, nowMs)) }];
}

/** A reset is later than this if it is a Unix time in seconds (2001), or in milliseconds: nobody waits for 30 years. */
const LEAST_UNIX_SECS = 1e9;
const LEAST_UNIX_MS = 1e12;

function secondsUntil(value: string | null, dateMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) {
    const n = Number(value);
    if (n < LEAST_UNIX_SECS) return n;
    return Math.max(0, ((n < LEAST_UNIX_MS ? n * 1000 : n) - dateMs) / 1000);
  }
  return durationSecs(value) ?? untilDate(value, dateMs);
}

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

/** A duration as Go writes it: `6m0s`, `1.5s`, `20ms`. */
function durationSecs(value: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(value)) return undefined;
  let secs = 0;
  for (const [, n, , unit] of value.matchAll(/(\d+(\.\d+)?)(ms|[dhms])/g))
    secs += Number(n) * (UNITS[unit ?? ''] ?? 0);
  return secs;
}

function untilDate(value: string, dateMs: number): number | undefined {
  const thenMs = Date.parse(value);
  return Number.isNaN(thenMs) ? undefined : Math.max(0, (thenMs - dateMs) / 1000);
}

function whole(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
