import { ceilSecs, check, LARGEST_INTEGER, type LimitState } from '@breaking/core';
import type { Visit } from './visit.js';

/** The ways to tell a client about its limits. */
export type HeaderFormat = 'draft-11' | 'draft-7' | 'draft-6' | 'legacy';

const FORMATS: readonly HeaderFormat[] = ['draft-11', 'draft-7', 'draft-6', 'legacy'];

/**
 * Checks the option `headers` and brings it into one form: a list of formats.
 * @throws TypeError or RangeError, also for formats that would overwrite each other's fields
 */
export function headerFormats(
  what: string,
  headers: HeaderFormat | readonly HeaderFormat[] | false,
): readonly HeaderFormat[] {
  if (headers === false) return [];
  if (typeof headers === 'string') return [check.oneOf(what, headers, FORMATS)];
  if (!Array.isArray(headers)) {
    throw new TypeError(`${what} must be a format, a list of them, or false, got ${check.shown(headers)}`);
  }
  const formats = headers.map(each => check.oneOf(what, each, FORMATS));
  if (formats.length === 0) throw new RangeError(`${what} must name a format or be false, got an empty list`);
  const clash = formats.find(each => each === 'draft-7' || each === 'draft-6');
  if (formats.includes('draft-11') && clash !== undefined) {
    throw new RangeError(
      `${what} must not set a field twice, got draft-11 and ${clash}, which both set RateLimit-Policy`,
    );
  }
  if (new Set(formats).size !== formats.length) {
    throw new RangeError(`${what} must name each format once, got ${formats.join(', ')}`);
  }
  return formats;
}

/** One limit as all formats show it. */
interface Shown {
  readonly name: string;
  /** The quota, and the seconds that it is given for. */
  readonly q: number;
  readonly w: number;
  /** Whole tokens left; 0 under a limit that refused. */
  readonly r: number;
  /** Seconds: with tokens left those that they are meant for, else until there are; none when waiting cannot help. */
  readonly t: number | undefined;
  readonly refused: boolean;
  readonly waitSecs: number;
}

function shown(limit: LimitState, { cost, decision }: Visit): Shown {
  const { name, capacityMax, restoreRateHz } = limit;
  const refused = decision?.violated.includes(name) === true;
  const r = refused ? 0 : limit.tokensLeft;
  const waitSecs = refused ? limit.secondsUntil(cost) : r >= 1 ? r / restoreRateHz : limit.secondsUntil(1);
  // A bucket smaller than a second's refill does not show the rate: a window of one second does, and then needs no `t`.
  const isFast = capacityMax < restoreRateHz;
  const isUntold = waitSecs === Infinity || (isFast && decision?.allowed === true);
  return {
    name,
    q: isFast ? Math.min(Math.floor(restoreRateHz), LARGEST_INTEGER) : capacityMax,
    w: isFast ? 1 : ceilSecs(capacityMax / restoreRateHz),
    r,
    t: isUntold ? undefined : ceilSecs(waitSecs),
    refused,
    waitSecs,
  };
}

/**
 * Sets the fields of one format, over all limits of all visits that show it.
 * Sources: draft-ietf-httpapi-ratelimit-headers-11, -07 and -06, and the `X-RateLimit-*` fields of many public APIs.
 */
export function setFields(
  format: HeaderFormat,
  visits: readonly Visit[],
  set: (name: string, value: string) => void,
): void {
  const limits = visits.flatMap(visit => visit.decision?.limits.map(limit => shown(limit, visit)) ?? []);
  const [first, ...others] = limits;
  if (first === undefined) return;
  if (format === 'draft-11') {
    set('RateLimit-Policy', limits.map(({ name, q, w }) => `${quoted(name)};q=${q};w=${w}`).join(', '));
    set(
      'RateLimit',
      limits.map(({ name, r, t }) => `${quoted(name)};r=${r}${t === undefined ? '' : `;t=${t}`}`).join(', '),
    );
    return;
  }
  const { q, w, r, t = w } = others.reduce((most, each) => (isTighter(each, most) ? each : most), first);
  if (format === 'legacy') {
    set('X-RateLimit-Limit', `${q}`);
    set('X-RateLimit-Remaining', `${r}`);
    set('X-RateLimit-Reset', `${Math.ceil(Date.now() / 1000) + t}`);
    return;
  }
  set('RateLimit-Policy', `${q};w=${w}`);
  if (format === 'draft-7') {
    set('RateLimit', `limit=${q}, remaining=${r}, reset=${t}`);
  } else {
    set('RateLimit-Limit', `${q}`);
    set('RateLimit-Remaining', `${r}`);
    set('RateLimit-Reset', `${t}`);
  }
}

/** As among decisions: a refusal first (longest wait), then fewest tokens left, then order. */
function isTighter(a: Shown, b: Shown): boolean {
  if (a.refused !== b.refused) return a.refused;
  return a.refused ? a.waitSecs > b.waitSecs : a.r < b.r;
}

/** A string of a structured field (RFC 9651). */
function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}
