import { asObjectWith, asString, knownOptions, oneOf, printableName, shown, whole } from '../base/check.js';
import { type Clock, MonotonicClock } from '../base/clock.js';

/** The options of a {@link ConcurrencyLimiter}. */
export interface ConcurrencyLimiterOptions {
  /** How many calls may be under way: a whole number, at least 1, or 'adaptive' for a limit that follows latency. */
  readonly limit: number | 'adaptive';
  /** The lowest adaptive limit: a whole number, at least 1; default 1. */
  readonly min?: number | undefined;
  /** The highest adaptive limit: a whole number, at least `min`; default 1,000, or `min` if larger. */
  readonly max?: number | undefined;
  /** The number of priorities: a whole number, at least 1; default 1. The highest priority is `priorities` − 1. */
  readonly priorities?: number | undefined;
  /** Printable ASCII; default 'default'. Used in errors and events. */
  readonly name?: string | undefined;
  /** Distinguishes limiters with the same name. Used in events. */
  readonly key?: string | undefined;
  /** By default the monotonic clock of the process. A fixed limit never reads it. */
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

/** The checked options of a concurrency limiter. They can be passed as options, and are then not checked again. */
export class ConcurrencySettings implements ConcurrencyLimiterOptions {
  readonly limit: number | 'adaptive';
  readonly min: number;
  readonly max: number;
  readonly priorities: number;
  readonly name: string;
  readonly key: string | undefined;
  readonly clock: Clock;

  /**
   * @param what the start of every error message
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

  /** The same options, with a key. */
  of(key: string): ConcurrencySettings {
    return Object.assign(Object.create(ConcurrencySettings.prototype), this, { key });
  }
}
