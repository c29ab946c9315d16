import { boundedKey, keyScope } from '../base/bucketKey.js';
import { isObjectWith, isString, knownOptions, printableName, whole } from '../base/check.js';
import { type Clock, MonotonicClock, readingOf } from '../base/clock.js';
import { isThenable } from '../base/thenable.js';
import { type Decision, sourceOf } from '../bucket/decision.js';
import { type Limit, type Limits, namedLimits } from '../bucket/policy.js';
import { MemoryBucketStore } from '../store/memory/memoryBucketStore.js';
import { prefixed } from '../store/prefixedStore.js';
import { type BucketStore, isStore } from '../store/store.js';
import { enforcement } from './enforcement.js';
import { decisionChannel } from './events.js';

export interface RateLimiterOptions<S extends BucketStore = MemoryBucketStore> {
  /** Printable ASCII. Limiters of one name share their buckets in a shared store; required with `store`. */
  readonly name?: string | undefined;
  /** One policy, or several by name that are decided together. */
  readonly limits: Limits;
  /** Where the buckets live; by default a {@link MemoryBucketStore} of the limiter's own. */
  readonly store?: S | undefined;
  /** By default the process's monotonic clock. */
  readonly clock?: Clock | undefined;
  /** Whether decisions are meant to be followed: false for none, a share from 0 to 1 for a stable part of the keys. */
  readonly enforce?: boolean | number | undefined;
}

/**
 * A rate limiter: one set of token buckets for each key. All limits of a request are decided together; a refusal costs
 * nothing. Its answers are as synchronous as its store: a Decision with the memory store, a promise of one with Redis.
 *
 * @throws from every method: TypeError for a key that is no string, RangeError for a cost that is not a whole number,
 *   and what the constructor throws for `limits` that are wrong. Nothing is taken then.
 */
export class RateLimiter<S extends BucketStore = MemoryBucketStore> {
  readonly name: string;
  readonly limits: readonly Limit[];
  readonly #store: BucketStore;
  readonly #clock: Clock;
  readonly #enforces: (key: string) => boolean;
  readonly #what: string;

  /** @param what whose options these are, at the start of error messages */
  constructor(options: RateLimiterOptions<S>, what = 'RateLimiter') {
    this.#what = what;
    knownOptions(what, options, ['name', 'limits', 'store', 'clock', 'enforce']);
    const {
      name = 'default',
      store = new MemoryBucketStore(),
      clock = new MonotonicClock(),
      enforce = true,
    } = options;
    if (options.store !== undefined && options.name === undefined) {
      throw new TypeError(
        `${what}: name must be given with store: limiters of one name share their buckets, got undefined`,
      );
    }
    this.name = printableName(`${what}: name`, name);
    this.limits = namedLimits(what, options.limits, this.name);
    // A store of our own has no other limiter's keys in it.
    const prefix = options.store === undefined ? '' : keyScope(this.name);
    this.#store = prefixed(isStore(`${what}: store`, store), prefix);
    this.#clock = isObjectWith(`${what}: clock`, clock, ['secondsSinceEpoch']);
    this.#enforces = enforcement(`${what}: enforce`, enforce);
  }

  /**
   * Takes `cost` tokens from every limit of `key`, or none from any.
   * @param cost whole, at least 0; 0 looks and takes nothing, more than a `capacityMax` is refused for good
   * @param limits instead of the limiter's own, for this call (tiers); the key keeps its debt
   */
  check(key: string, cost = 1, limits?: Limits): ReturnType<S['check']> {
    const answer = this.#store.check(
      this.#keyFor(key, cost),
      limits === undefined ? this.limits : this.#checked(limits),
      cost,
      readingOf(this.#clock),
    ) as ReturnType<S['check']>;
    return decisionChannel.hasSubscribers ? this.#published(key, cost, answer) : answer;
  }

  /** Decides as {@link check} would, and takes nothing. */
  peek(key: string, cost = 1, limits?: Limits): ReturnType<S['peek']> {
    return this.#store.peek(
      this.#keyFor(key, cost),
      limits === undefined ? this.limits : this.#checked(limits),
      cost,
      readingOf(this.#clock),
    ) as ReturnType<S['peek']>;
  }

  /** Puts `n` tokens (whole, at least 1) back into every limit of `key`, none above its `capacityMax`. */
  refund(key: string, n = 1, limits?: Limits): ReturnType<S['refund']> {
    whole(`${this.#what}: n`, n, 1);
    return this.#store.refund(
      this.#keyFor(key, n),
      limits === undefined ? this.limits : this.#checked(limits),
      n,
      readingOf(this.#clock),
    ) as ReturnType<S['refund']>;
  }

  /** Forgets `key`: all its buckets are full. */
  reset(key: string): ReturnType<S['reset']> {
    return this.#store.reset(this.#keyFor(key, 0)) as ReturnType<S['reset']>;
  }

  /** Whether a refusal of this key is to be followed: always, unless `enforce` says less. The same on every server. */
  enforces(key: string): boolean {
    return this.#enforces(key);
  }

  /** The key as the store is to see it. Throws where it or the cost is wrong; what is right takes no detour. */
  #keyFor(key: string, cost: number): string {
    if (typeof key === 'string' && cost >= 0 && Number.isSafeInteger(cost)) return boundedKey(key);
    whole(`${this.#what}: cost`, cost, 0);
    return isString(`${this.#what}: key`, key);
  }

  #checked(limits: Limits): readonly Limit[] {
    return namedLimits(this.#what, limits, this.name);
  }

  #published(key: string, cost: number, answer: ReturnType<S['check']>): ReturnType<S['check']> {
    const published = (decision: Decision): Decision => {
      const enforced = this.#enforces(key);
      decisionChannel.publish({ name: this.name, key, cost, decision, enforced, source: sourceOf(decision) });
      return decision;
    };
    return (isThenable(answer) ? answer.then(published) : published(answer)) as ReturnType<S['check']>;
  }
}
