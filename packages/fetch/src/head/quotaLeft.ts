import { secondsUntil } from './secondsUntil.js';

/** The rest of a quota, according to a response. */
export interface QuotaLeft {
  /** How many more requests (or other units) may be sent. */
  readonly remaining: number;
  /** Seconds until there are more, if that is known. */
  readonly resetSecs: number | undefined;
}

/**
 * What is left of a quota according to the header fields of a response, for the limit with the least left; undefined without
 * such fields. It understands
 *
 * - `RateLimit: "burst";r=0;t=1, "daily";r=4900` of draft-ietf-httpapi-ratelimit-headers-08 and later,
 * - `RateLimit: limit=100, remaining=0, reset=5` of draft 07,
 * - `RateLimit-Remaining` and `-Reset` of earlier drafts,
 * - `X-RateLimit-Remaining` and `-Reset`, in seconds or as a Unix time, as in GitHub's responses; `X-Rate-Limit-` as well,
 * - the same with a suffix for each limit, such as OpenAI's `x-ratelimit-remaining-tokens` and `-reset-tokens: 6m0s`,
 * - Anthropic's `anthropic-ratelimit-requests-remaining` and `-reset`, a date.
 * @param nowMs this machine's wall clock, in milliseconds since 1970
 */
export function quotaLeft(fields: Headers, nowMs: number): QuotaLeft | undefined {
  let least: QuotaLeft | undefined;
  fields.forEach((value, name) => {
    // This skips nearly all fields.
    if (!name.includes('limit')) return;
    const found = name === 'ratelimit' ? ofRateLimit(value) : ofPair(fields, name, value, nowMs);
    for (const each of found) if (least === undefined || isScarcer(each, least)) least = each;
  });
  return least;
}

/** Among limits with nothing left, the one with the latest reset counts. */
function isScarcer(a: QuotaLeft, b: QuotaLeft): boolean {
  if (a.remaining !== b.remaining) return a.remaining < b.remaining;
  return (a.resetSecs ?? 0) > (b.resetSecs ?? 0);
}

function ofRateLimit(field: string): QuotaLeft[] {
  const unquoted = field.replaceAll(/"(?:\\.|[^"\\])*"/g, '');
  const draft7 = /\bremaining=(\d+)/.exec(unquoted);
  if (draft7)
    return [{ remaining: Number(draft7[1]), resetSecs: whole(/\breset=(\d+)/.exec(unquoted)?.[1]) }];
  const found: QuotaLeft[] = [];
  for (const member of unquoted.split(',')) {
    const remaining = whole(/;\s*r=(\d+)/.exec(member)?.[1]);
    if (remaining !== undefined) found.push({ remaining, resetSecs: whole(/;\s*t=(\d+)/.exec(member)?.[1]) });
  }
  return found;
}

const REMAINING = /^(?:(x-)?rate-?limit-remaining(-[a-z-]+)?|anthropic-ratelimit-([a-z-]+)-remaining)$/;

/** For a pair of fields: one has the remaining number, the other the reset. */
function ofPair(fields: Headers, name: string, value: string, nowMs: number): QuotaLeft[] {
  if (!REMAINING.test(name) || !/^\d+$/.test(value)) return [];
  const reset = fields.get(name.replace('remaining', 'reset'));
  return [{ remaining: Number(value), resetSecs: secondsUntil(reset, fields, nowMs) }];
}

function whole(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
