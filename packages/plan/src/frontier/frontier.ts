import { check } from '@breaking/core/internal';
import { ClientBursts } from './clientBursts.js';
import { asCover, type Cover, DEFAULT_COVER } from './cover.js';
import { asRates, DEFAULT_RATES } from './rates.js';
import { summaryOf } from './summary.js';

/** One request. */
export interface PlanEvent {
  /** The client that made the request. */
  readonly key: string;
  /** Seconds since any epoch, in ascending order. */
  readonly at: number;
  /** Tokens, whole, at least 0; default 1. */
  readonly cost?: number | undefined;
}

/** An event whose cost is known. */
export type CostedEvent = PlanEvent & { readonly cost: number };

/** The options of {@link frontier}. */
export interface FrontierOptions {
  /** Rates in tokens a second, each > 0; by default 12 rates from 1 a day to 1,000 a second. */
  readonly rates?: readonly number[] | undefined;
  /** Shares of the clients, as `'99%'` or 0.99; default 95 %, 99 % and 100 %. */
  readonly cover?: readonly (string | number)[] | undefined;
}

/** For one rate, the smallest burst that never refuses each share of the clients. */
export interface FrontierPoint {
  readonly restoreRateHz: number;
  /** For example `{ '95%': 4, '100%': 25 }`. */
  readonly bursts: Readonly<Record<string, number>>;
}

/** The most clients that are kept. Beyond that, those with the least debt are forgotten. */
export const MAX_KEYS = 1_000_000;

/**
 * For each rate, the smallest bursts that refuse nothing. For 95 % of the clients, that is the ⌈0.95 · n⌉-th smallest of the
 * bursts that the n clients need. Exact for up to a million keys, with the arithmetic of the limiter, including its slack:
 * with one token less, the client at that rank would be refused something.
 *
 * @param events in order of time; an `at` before the latest of its key counts as the latest
 * @throws TypeError or RangeError for a wrong event or option
 * @example
 * frontier([{ key: 'ada', at: 0 }, { key: 'ada', at: 1 }], { rates: [1 / 60], cover: ['100%'] })
 * // [{ restoreRateHz: 1 / 60, bursts: { '100%': 2 } }]
 */
export function frontier(events: Iterable<PlanEvent>, options: FrontierOptions = {}): FrontierPoint[] {
  check.knownOptions('frontier', options, ['rates', 'cover']);
  const { rates = DEFAULT_RATES, cover = DEFAULT_COVER } = options;
  const covers = asCovers('frontier: cover', cover);
  const bursts = new ClientBursts(asRates('frontier: rates', rates), MAX_KEYS);
  for (const event of events) {
    const { key, at, cost } = asEvent('frontier', event);
    bursts.add(key, at, cost);
  }
  return bursts.rates.map((restoreRateHz, i) => ({
    restoreRateHz,
    bursts: summaryOf(bursts, i, covers).bursts,
  }));
}

export function asCovers(what: string, cover: unknown): readonly Cover[] {
  if (!Array.isArray(cover)) throw new TypeError(`${what} must be an array, got ${check.shown(cover)}`);
  if (cover.length === 0) throw new RangeError(`${what} must name at least one share, got none`);
  return cover.map(each => asCover(what, each));
}

/** @throws TypeError or RangeError that names what is wrong with the event */
export function asEvent(what: string, event: PlanEvent): CostedEvent {
  if (typeof event !== 'object' || event === null)
    throw new TypeError(`${what}: an event must be an object, got ${check.shown(event)}`);
  const { key, at, cost = 1 } = event;
  return {
    key: check.asString(`${what}: key`, key),
    at: check.finite(`${what}: at`, at),
    cost: check.whole(`${what}: cost`, cost, 0),
  };
}
