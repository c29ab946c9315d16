import { asObjectWith, atLeast, atMost, finite, knownOptions, printableName } from '../base/check.js';
import { type Clock, MonotonicClock } from '../base/clock.js';
import { type Limit, type Limits, namedLimits } from '../bucket/policy.js';
import { MemoryBucketStore } from '../store/memory/memoryBucketStore.js';
import { asStore, type BucketStore } from '../store/store.js';
import { enforcement } from './enforcement.js';

/** The options of a {@link RateLimiter}. */
export interface RateLimiterOptions<S extends BucketStore = MemoryBucketStore, L extends Limits = Limits> {
  /** Printable ASCII. Limiters with the same name share their buckets in a shared store. Required with `store`. */
  readonly name?: string | undefined;
  /** One policy, or several named ones that are decided together. */
  readonly limits: L;
  /** Where the buckets are kept; by default in a {@link MemoryBucketStore} that only this limiter uses. */
  readonly store?: S | undefined;
  /** By default the monotonic clock of the process. */
  readonly clock?: Clock | undefined;
  /**
   * The longest time that {@link RateLimiter.wait} waits: finite, 0 to 2,147,483; default 0. Above 0 it requires a
   * store that can reserve.
   */
  readonly maxWaitSecs?: number | undefined;
  /** Which refusals are enforced: false for none, a share from 0 to 1 for a stable part of the keys. Default true. */
  readonly enforce?: boolean | number | undefined;
}

/** The checked options of a limiter. They can be passed as options, and are then not checked again. */
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
    // If the options have no store, S is the memory store.
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

/** The longest wait, in seconds: the longest delay of a timer. */
const LONGEST_WAIT_SECS = 2_147_483;

function asWait(what: string, secs: unknown): number {
  return atMost(what, atLeast(what, finite(what, secs), 0), LONGEST_WAIT_SECS);
}

/** The options of {@link RateLimiter.wait}. */
export interface WaitOptions {
  /** Aborts the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Used for this call in place of the limiter's own limits. */
  readonly limits?: Limits | undefined;
  /** The longest time that this call waits: seconds, at least 0. The limiter's own maximum still applies. */
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

/** Seconds of a block: 0 or more, may be Infinity. */
export function asBlockSecs(what: string, secs: unknown): number {
  return secs === Infinity ? secs : atLeast(what, finite(what, secs), 0);
}
