import type { LimitCounts, LimitReport, RefusedKey } from './counting/limitCounts.js';
import type { Refusals } from './counting/refusals.js';
import { type BreakerSources, type CircuitBreakerView, circuitBreakerView } from './views/breakers.js';
import { type ConcurrencyLimitView, concurrencyLimitView, type PlacesSources } from './views/places.js';
import type { Watched, WatchedLimiter } from './watched.js';

/** The data of the page at one moment. Its size is bounded, however many keys and breakers there are. */
export interface Snapshot {
  /** How many seconds ago counting began; undefined while nothing is counted. */
  readonly countedForSecs: number | undefined;
  readonly rateLimits: readonly RateLimitView[];
  readonly circuitBreakers: readonly CircuitBreakerView[];
  readonly concurrencyLimits: readonly ConcurrencyLimitView[];
}

export interface RateLimitView extends Partial<Omit<LimitReport, 'refusedKeys'>> {
  readonly name: string;
  /** Masked, with the ids that actions use. */
  readonly refusedKeys?: readonly (RefusedKey & { readonly id: string })[];
  readonly limits: WatchedLimiter['limits'];
}

export interface SnapshotSources extends BreakerSources, PlacesSources {
  readonly watched: readonly Watched[];
  /** The counts of each rate limit, by name; undefined while nothing is counted. */
  readonly counts: ReadonlyMap<string, LimitCounts> | undefined;
  /** The refusals of concurrency limits, by name; undefined while nothing is counted. */
  readonly refusals: ReadonlyMap<string, Refusals> | undefined;
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
    if (each.kind === 'circuitBreaker') circuitBreakers.push(circuitBreakerView(each.group, sources, now));
    else {
      const refused = sources.refusals?.get(each.group.name)?.report(now);
      concurrencyLimits.push(concurrencyLimitView(each.group, sources, refused, now));
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
