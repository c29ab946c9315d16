import type { LimitCounts, LimitReport } from './counting/limitCounts.js';
import type { Counted } from './counting/spaceSaving.js';
import { type BreakerSources, type CircuitBreakerView, circuitBreakerView } from './views/breakers.js';
import { type ConcurrencyLimitView, concurrencyLimitView } from './views/places.js';
import type { Group, Watched, WatchedBreaker, WatchedLimiter, WatchedPlaces } from './watched.js';

/** All that the page shows, at one moment. It is bounded, however many keys and breakers there are. */
export interface Snapshot {
  /** When the counts began, in seconds before now; undefined while nothing is counted. */
  readonly countedForSecs: number | undefined;
  readonly rateLimits: readonly RateLimitView[];
  readonly circuitBreakers: readonly CircuitBreakerView[];
  readonly concurrencyLimits: readonly ConcurrencyLimitView[];
}

export interface RateLimitView extends Partial<Omit<LimitReport, 'refusedKeys'>> {
  readonly name: string;
  /** Masked, with the names by which actions call them. */
  readonly refusedKeys?: readonly (Counted & { readonly id: string })[];
  readonly limits: WatchedLimiter['limits'];
}

export interface SnapshotSources extends BreakerSources {
  readonly watched: readonly Watched[];
  /** What has been counted of each rate limit, by name; undefined while nothing is counted. */
  readonly counts: ReadonlyMap<string, LimitCounts> | undefined;
  /** The reading of the clock at which counting began. */
  readonly countedSince: number | undefined;
}

export function snapshot(sources: SnapshotSources, now: number): Snapshot {
  const rateLimits: RateLimitView[] = [];
  const circuitBreakers: CircuitBreakerView[] = [];
  const concurrencyLimits: ConcurrencyLimitView[] = [];
  for (const each of sources.watched) {
    if (each.kind === 'rateLimit') {
      rateLimits.push(rateLimitView(each.limiter, sources, now));
      continue;
    }
    const [first] = each.group.entries();
    // A group that has made nothing yet says neither what it is nor its name.
    if (first === undefined) continue;
    const [, member] = first;
    if ('inFlight' in member) {
      const limiters = each.group as Group<WatchedPlaces>;
      concurrencyLimits.push(concurrencyLimitView(member.name, limiters, sources.mask));
    } else {
      const breakers = each.group as Group<WatchedBreaker>;
      circuitBreakers.push(circuitBreakerView(member.name, breakers, sources, now));
    }
  }
  const countedForSecs = sources.countedSince === undefined ? undefined : now - sources.countedSince;
  return { countedForSecs, rateLimits, circuitBreakers, concurrencyLimits };
}

function rateLimitView(
  { name, limits }: WatchedLimiter,
  { counts, mask, idOf }: SnapshotSources,
  now: number,
): RateLimitView {
  const report = counts?.get(name)?.report(now);
  return {
    name,
    limits: limits.map(({ name, capacityMax, restoreRateHz }) => ({ name, capacityMax, restoreRateHz })),
    ...(report && {
      ...report,
      refusedKeys: report.refusedKeys.map(({ key, ...counted }) => ({
        ...counted,
        key: mask(key),
        id: idOf(key),
      })),
    }),
  };
}
