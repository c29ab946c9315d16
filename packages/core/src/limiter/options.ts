import { asObjectWith, knownOptions, printableName } from '../base/check.js';
import { type Clock, MonotonicClock } from '../base/clock.js';
import { type Limit, type Limits, namedLimits } from '../bucket/policy.js';
import { MemoryBucketStore } from '../store/memory/memoryBucketStore.js';
import { asStore, type BucketStore } from '../store/store.js';
import { enforcement } from './enforcement.js';

/** The options of a {@link RateLimiter}. */
export interface RateLimiterOptions<S extends BucketStore = MemoryBucketStore, L extends Limits = Limits> {
  /** Printable ASCII. Limiters of one name share their buckets in a shared store; required with `store`. */
  readonly name?: string | undefined;
  /** One policy, or several by name that are decided together. */
  readonly limits: L;
  /** Where the buckets live; by default a {@link MemoryBucketStore} of the limiter's own. */
  readonly store?: S | undefined;
  /** By default the process's monotonic clock. */
  readonly clock?: Clock | undefined;
  /** Whether decisions are meant to be followed: false for none, a share from 0 to 1 for a stable part of the keys. */
  readonly enforce?: boolean | number | undefined;
}

/** The options of a limiter, checked. They are options themselves: a limiter does not check them again. */
export class RateLimiterSettings<S extends BucketStore> implements RateLimiterOptions<S> {
  /** The start of every error message. */
  readonly what: string;
  readonly name: string;
  readonly limits: Limits;
  readonly namedLimits: readonly Limit[];
  readonly store: S;
  /** Whether the limiter is the only one that uses the store. */
  readonly ownsStore: boolean;
  readonly clock: Clock;
  readonly enforces: (key: string) => boolean;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(what: string, options: RateLimiterOptions<S>) {
    knownOptions(what, options, ['name', 'limits', 'store', 'clock', 'enforce']);
    const { name = 'default', limits, store, clock = new MonotonicClock(), enforce = true } = options;
    if (store !== undefined && options.name === undefined) {
      throw new TypeError(
        `${what}: name must be given with store: limiters of one name share their buckets, got undefined`,
      );
    }
    this.what = what;
    this.name = printableName(`${what}: name`, name);
    this.limits = limits;
    this.namedLimits = namedLimits(what, limits, this.name);
    this.ownsStore = store === undefined;
    // Without a store in the options, S is the memory store.
    this.store = store === undefined ? (new MemoryBucketStore() as BucketStore as S) : store;
    asStore(`${what}: store`, this.store);
    this.clock = asObjectWith(`${what}: clock`, clock, ['secondsSinceEpoch']);
    this.enforces = enforcement(`${what}: enforce`, enforce);
  }
}
