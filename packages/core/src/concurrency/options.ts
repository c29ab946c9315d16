import { asObjectWith, asString, knownOptions, oneOf, printableName, shown, whole } from '../base/check.js';
import { type Clock, MonotonicClock } from '../base/clock.js';

/** The options of a {@link ConcurrencyLimiter}. */
export interface ConcurrencyLimiterOptions {
  /** How many calls may be under way: a whole number, at least 1, or 'adaptive' to let it follow latency. */
  readonly limit: number | 'adaptive';
  /** What an adaptive limit never falls below: a whole number, at least 1; default 1. */
  readonly min?: number | undefined;
  /** What an adaptive limit never exceeds: a whole number, at least `min`; default 1,000, or `min` if larger. */
  readonly max?: number | undefined;
  /** How many priorities there are: a whole number, at least 1; default 1. The highest is the last. */
  readonly priorities?: number | undefined;
  /** Printable ASCII; default 'default'. Stands in errors and events. */
  readonly name?: string | undefined;
  /** Which of several limiters of one name this is. Stands in events. */
  readonly key?: string | undefined;
  /** By default the process's monotonic clock. A fixed limit never reads it. */
  readonly clock?: Clock | undefined;
}

/** The names of all options of a concurrency limiter. */
export const CONCURRENCY_LIMITER_OPTIONS = [
  'limit',
  'min',
  'max',
  'priorities',
  'name',
  'key',
  'clock',
] as const satisfies readonly (keyof ConcurrencyLimiterOptions)[];

const LARGEST_MAX = 1000;

/** The options of a concurrency limiter, checked. They are options themselves: a limiter does not check them again. */
export class ConcurrencySettings implements ConcurrencyLimiterOptions {
  readonly limit: number | 'adaptive';
  readonly min: number;
  readonly max: number;
  readonly priorities: number;
  readonly name: string;
  readonly key: string | undefined;
  readonly clock: Clock;

  /**
   * @param what who asks, at the start of every error message
   * @throws TypeError or RangeError that names the option and the value
   */
  constructor(what: string, options: ConcurrencyLimiterOptions) {
    knownOptions(what, options, CONCURRENCY_LIMITER_OPTIONS);
    const { limit, priorities = 1, name = 'default', key, clock = new MonotonicClock() } = options;
    const isFixed = typeof limit === 'number';
    if (isFixed) whole(`${what}: limit`, limit, 1);
    else if (typeof limit === 'string') oneOf(`${what}: limit`, limit, ['adaptive']);
    else throw new TypeError(`${what}: limit must be a number or 'adaptive', got ${shown(limit)}`);
    for (const bound of ['min', 'max'] as const) {
      if (!isFixed || options[bound] === undefined) continue;
      throw new TypeError(`${what}: ${bound} is only for limit 'adaptive', got limit ${limit}`);
    }
    this.limit = limit;
    this.min = whole(`${what}: min`, options.min ?? 1, 1);
    this.max = whole(`${what}: max`, options.max ?? Math.max(LARGEST_MAX, this.min), this.min);
    this.priorities = whole(`${what}: priorities`, priorities, 1);
    this.name = printableName(`${what}: name`, name);
    this.key = key === undefined ? undefined : asString(`${what}: key`, key);
    this.clock = asObjectWith(`${what}: clock`, clock, ['secondsSinceEpoch']);
  }

  /** The same for a limiter with a key. */
  of(key: string): ConcurrencySettings {
    return Object.assign(Object.create(ConcurrencySettings.prototype), this, { key });
  }
}
