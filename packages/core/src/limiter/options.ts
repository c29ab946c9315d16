import { asObjectWith, atLeast, atMost, finite, knownOptions, printableName } from '../base/check.js';
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
  /** The longest that {@link RateLimiter.wait} waits: finite, 0 to 2,147,483; default 0. Above 0 it needs a store that reserves. */
  readonly maxWaitSecs?: number | undefined;
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
  readonly maxWaitSecs: number;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(what: string, options: RateLimiterOptions<S>) {
    knownOptions(what, options, ['name', 'limits', 'store', 'clock', 'enforce', 'maxWaitSecs']);
    const { name = 'default', limits, store, clock = new MonotonicClock(), enforce = true } = options;
    const { maxWaitSecs = 0 } = options;
    if (store !== undefined && options.name === undefined) {
      throw new TypeError(
        `${what}: name is required with store, since limiters of the same name share buckets, got undefined`,
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
    this.maxWaitSecs = asWait(`${what}: maxWaitSecs`, maxWaitSecs);
    if (maxWaitSecs > 0 && typeof this.store.reserve !== 'function') {
      throw new TypeError(
        `${what}: maxWaitSecs must be 0 with a store that cannot reserve, got ${maxWaitSecs}`,
      );
    }
  }
}

/** The longest wait, in seconds: that of a timer. */
const LONGEST_WAIT_SECS = 2_147_483;

function asWait(what: string, secs: unknown): number {
  return atMost(what, atLeast(what, finite(what, secs), 0), LONGEST_WAIT_SECS);
}

/** The options of {@link RateLimiter.wait}. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the limiter's own, for this call. */
  readonly limits?: Limits | undefined;
  /** The longest that this call waits: seconds, at least 0. More than the limiter's own counts as that. */
  readonly maxWaitSecs?: number | undefined;
}

export function asWaitOptions(what: string, options: WaitOptions): WaitOptions {
  knownOptions(what, options, ['signal', 'limits', 'maxWaitSecs']);
  const { signal, maxWaitSecs } = options;
  if (maxWaitSecs !== undefined)
    atLeast(`${what}: maxWaitSecs`, finite(`${what}: maxWaitSecs`, maxWaitSecs), 0);
  if (signal !== undefined) {
    asObjectWith(`${what}: signal`, signal, ['addEventListener', 'removeEventListener']);
  }
  return options;
}

/** Seconds of a block: 0 or more, also Infinity. */
export function asBlockSecs(what: string, secs: unknown): number {
  return secs === Infinity ? secs : atLeast(what, finite(what, secs), 0);
}
