import type { CircuitState } from '@breaking/core';
import { check } from '@breaking/core/internal';

/** What the page uses of a rate limiter. */
export interface WatchedLimiter {
  readonly name: string;
  readonly limits: readonly {
    readonly name: string;
    readonly capacityMax: number;
    readonly restoreRateHz: number;
  }[];
  reset(key: string): unknown;
  block(key: string, secs: number): unknown;
}

/** What the page uses of a circuit breaker. */
export interface WatchedBreaker {
  readonly name: string;
  readonly key: string | undefined;
  readonly state: CircuitState;
  readonly retryAfterSecs: number;
  trip(secs?: number): void;
  reset(): void;
}

/** What the page uses of a concurrency limiter. */
export interface WatchedPlaces {
  readonly name: string;
  readonly key: string | undefined;
  readonly limit: number;
  readonly inFlight: number;
}

/** One or several limiters or breakers of a kind, by key. */
export interface Group<T> {
  readonly name: string;
  entries(): Iterable<readonly [key: string | undefined, member: T]>;
}

export type Watched =
  | { readonly kind: 'rateLimit'; readonly itself: unknown; readonly limiter: WatchedLimiter }
  | { readonly kind: 'circuitBreaker'; readonly itself: unknown; readonly group: Group<WatchedBreaker> }
  | { readonly kind: 'concurrencyLimit'; readonly itself: unknown; readonly group: Group<WatchedPlaces> };

/** The contents of `watch`, without duplicates. Fastify's maps grow with its routes, so each call reads them again. */
export type Watch = () => readonly Watched[];

/**
 * Recognises limits and breakers by their methods: the middleware of `rateLimit`, `circuitBreaker` and `concurrencyLimit`, a
 * protected `fetch`, `app.breaking` of Fastify and its maps, or core's limiters, breakers and groups.
 * @throws TypeError for anything else
 */
export function asWatch(what: string, values: readonly unknown[]): Watch {
  const found = values.map((value, i) => asSource(`${what}[${i}]`, value));
  return () => {
    const all = found.flatMap(source => source());
    const seen = new Set<unknown>();
    return all.filter(({ itself }) => seen.size < seen.add(itself).size);
  };
}

function asSource(what: string, value: unknown): Watch {
  const { limiter, limits, breakers, concurrency } = propertiesOf(value);
  const itself = sourceOf(value);
  const sources = itself === undefined ? [limiter, limits, breakers, concurrency].map(sourceOf) : [itself];
  const known = sources.filter(source => source !== undefined);
  if (known.length > 0) return () => known.flatMap(source => source());
  throw new TypeError(
    `${what} must be a rate limit, a circuit breaker or a concurrency limit, got ${check.shown(value)}`,
  );
}

function sourceOf(value: unknown): Watch | undefined {
  if (value instanceof Map) return () => [...value.values()].flatMap(each => watchedIn(each) ?? []);
  const watched = watchedIn(value);
  return watched && (() => [watched]);
}

function watchedIn(value: unknown): Watched | undefined {
  const properties = propertiesOf(value);
  const can = (...names: string[]) => names.every(name => typeof properties[name] === 'function');
  if (can('check') && Array.isArray(properties.limits)) {
    return { kind: 'rateLimit', itself: value, limiter: value as WatchedLimiter };
  }
  const isGroup = can('get', 'entries') && typeof properties.name === 'string';
  if (!isGroup && !can('tryAcquire')) return undefined;
  const group = isGroup ? value : groupOf(value as WatchedBreaker | WatchedPlaces);
  return typeof properties.inFlight === 'number'
    ? { kind: 'concurrencyLimit', itself: value, group: group as Group<WatchedPlaces> }
    : { kind: 'circuitBreaker', itself: value, group: group as Group<WatchedBreaker> };
}

function groupOf<T extends WatchedBreaker | WatchedPlaces>(only: T): Group<T> {
  return { name: only.name, entries: () => [[only.key, only] as const] };
}

/** The properties of an object or a function; empty for anything else. */
function propertiesOf(value: unknown): Readonly<Record<string, unknown>> {
  const hasAny = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return hasAny ? (value as Readonly<Record<string, unknown>>) : {};
}
