import type { Decision, LimitState } from '@breaking/core';
import { ceilSecs } from '@breaking/core/internal';
import type { Visit } from '../request/visit.js';
import type { HeaderFormat } from './formats.js';
import type { Quota } from './quota.js';

/** Where header fields go: a binding's response, or a plain record. */
export interface FieldSink<T> {
  setHeader(to: T, name: string, value: string): void;
}

/**
 * Sets the fields of one format, over all limits of all visits that show it.
 * Sources: draft-ietf-httpapi-ratelimit-headers-11, -07 and -06, and the `X-RateLimit-*` fields of many public APIs.
 */
export function setFields<T>(
  format: HeaderFormat,
  visits: readonly Visit[],
  sink: FieldSink<T>,
  to: T,
): void {
  if (format === 'draft-11') setMembers(visits, sink, to);
  else setTightest(format, visits, sink, to);
}

/** Adds the fields of all formats that the visits show, for an error path that starts with none. */
export function addFields(visits: readonly Visit[], fields: Record<string, string>): void {
  for (const { formats } of visits) {
    for (const format of formats) setFields(format, visits, INTO_RECORD, fields);
  }
}

const INTO_RECORD: FieldSink<Record<string, string>> = {
  setHeader(record, name, value) {
    record[name] = value;
  },
};

function isShown({ isEnforced, formats }: Visit, format: HeaderFormat): boolean {
  return isEnforced && formats.includes(format);
}

/** One list member for each limit. */
function setMembers<T>(visits: readonly Visit[], sink: FieldSink<T>, to: T): void {
  let policy = '';
  let members = '';
  for (const visit of visits) {
    const { decision, quotas } = visit;
    if (decision === undefined || decision.limits.length === 0 || !isShown(visit, 'draft-11')) continue;
    policy = policy === '' ? quotas.policy : `${policy}, ${quotas.policy}`;
    for (let i = 0; i < decision.limits.length; i++) {
      const member = memberOf(
        decision.limits[i] as LimitState,
        quotas.each[i] as Quota,
        visit.cost,
        decision,
      );
      members = members === '' ? member : `${members}, ${member}`;
    }
  }
  if (policy === '') return;
  sink.setHeader(to, 'RateLimit-Policy', policy);
  sink.setHeader(to, 'RateLimit', members);
}

function memberOf(limit: LimitState, quota: Quota, cost: number, decision: Decision): string {
  const { tokensLeft } = limit;
  const written = decision.allowed && tokensLeft >= 1 ? quota.written : undefined;
  const known = written?.of(tokensLeft);
  if (known !== undefined) return known;
  const { r, t } = remainder(limit, quota, cost, decision);
  const member = t === undefined ? `${quota.label};r=${r}` : `${quota.label};r=${r};t=${t}`;
  written?.keep(tokensLeft, member);
  return member;
}

/** The most restrictive limit alone. */
function setTightest<T>(format: HeaderFormat, visits: readonly Visit[], sink: FieldSink<T>, to: T): void {
  let tightest: (Quota & Remainder) | undefined;
  for (const visit of visits) {
    const { decision } = visit;
    if (decision === undefined || !isShown(visit, format)) continue;
    decision.limits.forEach((limit, i) => {
      const quota = visit.quotas.each[i] as Quota;
      const left = remainder(limit, quota, visit.cost, decision);
      if (tightest === undefined || isTighter(left, tightest)) tightest = { ...quota, ...left };
    });
  }
  if (tightest === undefined) return;
  const { q, w, r, t = w } = tightest;
  if (format === 'legacy') {
    sink.setHeader(to, 'X-RateLimit-Limit', `${q}`);
    sink.setHeader(to, 'X-RateLimit-Remaining', `${r}`);
    sink.setHeader(to, 'X-RateLimit-Reset', `${Math.ceil(Date.now() / 1000) + t}`);
    return;
  }
  sink.setHeader(to, 'RateLimit-Policy', `${q};w=${w}`);
  if (format === 'draft-7') {
    sink.setHeader(to, 'RateLimit', `limit=${q}, remaining=${r}, reset=${t}`);
  } else {
    sink.setHeader(to, 'RateLimit-Limit', `${q}`);
    sink.setHeader(to, 'RateLimit-Remaining', `${r}`);
    sink.setHeader(to, 'RateLimit-Reset', `${t}`);
  }
}

/** What is left of a limit, as all formats show it. */
interface Remainder {
  /** Whole tokens left; 0 under a limit that refused. */
  readonly r: number;
  /** Seconds: with tokens left those that they are meant for, else until there are; none when waiting cannot help. */
  readonly t: number | undefined;
  readonly refused: boolean;
  readonly waitSecs: number;
}

function remainder(limit: LimitState, quota: Quota, cost: number, decision: Decision): Remainder {
  const refused = !decision.allowed && decision.violated.includes(limit.name);
  const r = refused ? 0 : limit.tokensLeft;
  const waitSecs = refused
    ? limit.secondsUntil(cost)
    : r >= 1
      ? r / limit.restoreRateHz
      : limit.secondsUntil(1);
  const isUntold = waitSecs === Infinity || (quota.isFast && decision.allowed);
  return { r, t: isUntold ? undefined : ceilSecs(waitSecs), refused, waitSecs };
}

/** As among decisions: a refusal first (longest wait), then fewest tokens left, then order. */
function isTighter(a: Remainder, b: Remainder): boolean {
  if (a.refused !== b.refused) return a.refused;
  return a.refused ? a.waitSecs > b.waitSecs : a.r < b.r;
}
