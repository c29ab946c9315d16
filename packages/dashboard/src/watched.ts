import type { CircuitState } from '@breaking/core';
import { check } from '@breaking/core/internal';

/** What the page shows of a rate limiter. */
export interface WatchedLimiter {
  readonly name: string;
  readonly limits: readonly {
    readonly name: string;
    readonly capacityMax: number;
    readonly restoreRateHz: number;
  }[];
  check(key: string): unknown;
  reset(key: string): unknown;
  block?(key: string, secs: number): unknown;
}

/** What the page shows of a circuit breaker. */
export interface WatchedBreaker {
  readonly name: string;
  readonly state: CircuitState;
  readonly retryAfterSecs: number;
  trip(secs?: number): void;
  reset(): void;
}

/** What the page shows of a concurrency limiter. */
export interface WatchedPlaces {
  readonly name: string;
  readonly limit: number;
  readonly inFlight: number;
}

/** One or several of a kind, by key. */
export interface Group<T> {
  entries(): Iterable<readonly [key: string | undefined, member: T]>;
}

export type Watched =
  | { readonly kind: 'rateLimit'; readonly limiter: WatchedLimiter }
  /** Which of the two it is, its members say: a group without any shows nothing. */
  | { readonly kind: 'group'; readonly group: Group<WatchedBreaker | WatchedPlaces> };

/**
 * What is given to `watch`, by what it can do: the middleware of `rateLimit`, `circuitBreaker` and `concurrencyLimit`, or the
 * limiters, breakers and groups of core themselves.
 * @throws TypeError for anything else
 */
export function asWatched(what: string, value: unknown): Watched {
  const { limiter, limiters, breakers } = propertiesOf(value);
  const watched = [value, limiter, limiters, breakers].map(watchedIn).find(each => each !== undefined);
  if (watched !== undefined) return watched;
  throw new TypeError(
    `${what} must be a rate limit, a circuit breaker or a concurrency limit, got ${check.shown(value)}`,
  );
}

function watchedIn(value: unknown): Watched | undefined {
  const { check: decide, limits, tryAcquire, get, entries, size } = propertiesOf(value);
  if (typeof decide === 'function' && Array.isArray(limits)) {
    return { kind: 'rateLimit', limiter: value as WatchedLimiter };
  }
  if (typeof tryAcquire === 'function') {
    const only = value as WatchedBreaker | WatchedPlaces;
    return { kind: 'group', group: { entries: () => [[undefined, only] as const] } };
  }
  const isGroup = typeof get === 'function' && typeof entries === 'function' && typeof size === 'number';
  if (!isGroup || value instanceof Map) return undefined;
  return { kind: 'group', group: value as unknown as Group<WatchedBreaker | WatchedPlaces> };
}

/** The properties of an object or a function; anything else has none. */
function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  const hasAny = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return hasAny ? (value as Readonly<Record<string, unknown>>) : {};
}
