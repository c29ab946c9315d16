import type { CircuitState } from '@breaking/core';
import type { BreakerHistory, StripPart } from './counting/breakerHistory.js';
import type { LimitCounts, LimitReport } from './counting/limitCounts.js';
import type { KeyMask } from './masking.js';
import type { Group, Watched, WatchedBreaker, WatchedLimiter, WatchedPlaces } from './watched.js';

/** Members of a group that are shown one by one. The others are in its sums. */
const SHOWN_MAX = 20;

/** All that the page shows, at one moment. It is bounded, however many keys and breakers there are. */
export interface Snapshot {
  /** When the counts began, in seconds before now; undefined while nothing is counted. */
  readonly countedForSecs: number | undefined;
  readonly rateLimits: readonly RateLimitView[];
  readonly circuitBreakers: readonly CircuitBreakerView[];
  readonly concurrencyLimits: readonly ConcurrencyLimitView[];
}

export interface RateLimitView extends Partial<LimitReport> {
  readonly name: string;
  readonly limits: WatchedLimiter['limits'];
}

export interface CircuitBreakerView {
  readonly name: string;
  /** How many breakers, one for each key, are in which state. */
  readonly states: Readonly<Record<CircuitState, number>>;
  /** Those that are not closed first, then those that changed last; at most 20. */
  readonly breakers: readonly BreakerView[];
}

export interface BreakerView {
  /** Masked; absent for the breaker without a key. */
  readonly key?: string;
  readonly state: CircuitState;
  /** Until the next call may be admitted; null until somebody resets it. */
  readonly retryAfterSecs: number | null;
  /** How long it has been in this state; absent if it has not changed since it is watched. */
  readonly forSecs?: number;
  readonly strip: readonly StripPart[];
}

export interface ConcurrencyLimitView {
  readonly name: string;
  readonly keys: number;
  /** Of all keys together. */
  readonly inFlight: number;
  /** The limiters that are fullest, at most 20. */
  readonly limiters: readonly { readonly key?: string; readonly inFlight: number; readonly limit: number }[];
}

export interface SnapshotSources {
  readonly watched: readonly Watched[];
  readonly history: BreakerHistory;
  /** What has been counted of each rate limit, by name; undefined while nothing is counted. */
  readonly counts: ReadonlyMap<string, LimitCounts> | undefined;
  /** The reading of the clock at which counting began. */
  readonly countedSince: number | undefined;
  readonly mask: KeyMask;
}

export function snapshot(sources: SnapshotSources, now: number): Snapshot {
  const { watched, countedSince } = sources;
  const groups = watched.flatMap(each => (each.kind === 'group' ? [membersOf(each.group)] : []));
  return {
    countedForSecs: countedSince === undefined ? undefined : now - countedSince,
    rateLimits: watched.flatMap(each =>
      each.kind === 'rateLimit' ? [rateLimitView(each.limiter, sources, now)] : [],
    ),
    circuitBreakers: groups.flatMap(({ breakers }) => circuitBreakerView(breakers, sources, now)),
    concurrencyLimits: groups.flatMap(({ places }) => concurrencyLimitView(places, sources)),
  };
}

type Members<T> = (readonly [key: string | undefined, member: T])[];

/** The members of a group, which are all of one kind. */
function membersOf(group: Group<WatchedBreaker | WatchedPlaces>) {
  const breakers: Members<WatchedBreaker> = [];
  const places: Members<WatchedPlaces> = [];
  for (const [key, member] of group.entries()) {
    if ('inFlight' in member) places.push([key, member]);
    else breakers.push([key, member]);
  }
  return { breakers, places };
}

function rateLimitView(
  { name, limits }: WatchedLimiter,
  sources: SnapshotSources,
  now: number,
): RateLimitView {
  const report = sources.counts?.get(name)?.report(now);
  return {
    name,
    limits: limits.map(({ name, capacityMax, restoreRateHz }) => ({ name, capacityMax, restoreRateHz })),
    ...(report && {
      ...report,
      refusedKeys: report.refusedKeys.map(each => ({ ...each, key: sources.mask(each.key) })),
    }),
  };
}

function circuitBreakerView(
  members: Members<WatchedBreaker>,
  { history, mask }: SnapshotSources,
  now: number,
): readonly CircuitBreakerView[] {
  const states: Record<CircuitState, number> = { closed: 0, open: 0, halfOpen: 0 };
  const all = members.map(([key, breaker]) => {
    const { name, state } = breaker;
    states[state]++;
    return { key, breaker, state, since: history.sinceOf(name, key) ?? Number.NEGATIVE_INFINITY };
  });
  const [first] = all;
  if (first === undefined) return [];
  const isClosed = (state: CircuitState) => Number(state === 'closed');
  all.sort((a, b) => isClosed(a.state) - isClosed(b.state) || compared(b.since, a.since));
  const breakers = all.slice(0, SHOWN_MAX).map(({ key, breaker, state, since }) => ({
    ...(key !== undefined && { key: mask(key) }),
    state,
    retryAfterSecs: Number.isFinite(breaker.retryAfterSecs) ? breaker.retryAfterSecs : null,
    ...(Number.isFinite(since) && { forSecs: now - since }),
    strip: history.stripOf(breaker.name, key, state, now),
  }));
  return [{ name: first.breaker.name, states, breakers }];
}

function concurrencyLimitView(
  members: Members<WatchedPlaces>,
  { mask }: SnapshotSources,
): readonly ConcurrencyLimitView[] {
  const all = members.map(([key, { inFlight, limit, name }]) => ({ key, inFlight, limit, name }));
  const [first] = all;
  if (first === undefined) return [];
  all.sort((a, b) => b.inFlight / b.limit - a.inFlight / a.limit);
  return [
    {
      name: first.name,
      keys: all.length,
      inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
      limiters: all.slice(0, SHOWN_MAX).map(({ key, inFlight, limit }) => ({
        ...(key !== undefined && { key: mask(key) }),
        inFlight,
        limit,
      })),
    },
  ];
}

/** Infinity minus Infinity is no number. */
function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
