import { boundedKey, keyScope } from '../base/bucketKey.js';
import { asString, whole } from '../base/check.js';
import { type Clock, readingOf } from '../base/clock.js';
import { isThenable } from '../base/thenable.js';
import { type Decision, sourceOf } from '../bucket/decision.js';
import { type BucketPolicy, type Limit, type Limits, namedLimits } from '../bucket/policy.js';
import type { MemoryBucketStore } from '../store/memory/memoryBucketStore.js';
import { type BucketStore, scopedTo } from '../store/store.js';
import { decisionChannel } from './events.js';
import { type RateLimiterOptions, RateLimiterSettings } from './options.js';

/**
 * A rate limiter: one set of token buckets for each key. All limits of a request are decided together; a refusal costs
 * nothing. Its answers are as synchronous as its store: a Decision with the memory store, a promise of one with Redis.
 *
 * @example
 * const limiter = new RateLimiter({ limits: perMinute(100, { burst: 20 }) });
 * const decision = limiter.check(userId);
 * if (!decision.allowed) throw new TooManyRequests(decision);
 *
 * @throws from every method: TypeError for a key that is no string, RangeError for a cost that is not a whole number,
 *   and what the constructor throws for `limits` that are wrong. Nothing is taken then.
 */
export class RateLimiter<S extends BucketStore = MemoryBucketStore, Name extends string = string> {
  readonly name: string;
  readonly limits: readonly Limit<Name>[];
  readonly #store: BucketStore;
  readonly #clock: Clock;
  readonly #settings: RateLimiterSettings<S>;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: RateLimiterOptions<S, BucketPolicy>);
  constructor(options: RateLimiterOptions<S, Readonly<Record<Name, BucketPolicy>>>);
  constructor(options: RateLimiterOptions<S>);
  constructor(options: RateLimiterOptions<S>) {
    const settings =
      options instanceof RateLimiterSettings ? options : new RateLimiterSettings('RateLimiter', options);
    this.#settings = settings;
    this.#clock = settings.clock;
    this.name = settings.name;
    this.limits = settings.namedLimits as readonly Limit<Name>[];
    // A store of our own has no other limiter's keys in it.
    this.#store = scopedTo(settings.store, settings.ownsStore ? '' : keyScope(this.name));
  }

  /**
   * Takes `cost` tokens from every limit of `key`, or none from any.
   * @param cost whole, at least 0; 0 looks and takes nothing, more than a `capacityMax` is refused for good
   * @param limits instead of the limiter's own, for this call (tiers); the key keeps its debt
   */
  check(key: string, cost?: number): Answer<S, 'check', Name>;
  check(key: string, cost?: number, limits?: Limits): Answer<S, 'check', string>;
  check(key: string, cost = 1, limits?: Limits): Answer<S, 'check', string> {
    const answer = this.#store.check(
      this.#keyFor(key, cost),
      limits === undefined ? this.limits : this.#checked(limits),
      cost,
      readingOf(this.#clock),
    ) as Answer<S, 'check', string>;
    return decisionChannel.hasSubscribers ? this.#published(key, cost, answer) : answer;
  }

  /** Decides as {@link check} would, and takes nothing. */
  peek(key: string, cost?: number): Answer<S, 'peek', Name>;
  peek(key: string, cost?: number, limits?: Limits): Answer<S, 'peek', string>;
  peek(key: string, cost = 1, limits?: Limits): Answer<S, 'peek', string> {
    return this.#store.peek(
      this.#keyFor(key, cost),
      limits === undefined ? this.limits : this.#checked(limits),
      cost,
      readingOf(this.#clock),
    ) as Answer<S, 'peek', string>;
  }

  /** Puts `n` tokens (whole, at least 1) back into every limit of `key`, none above its `capacityMax`. */
  refund(key: string, n = 1, limits?: Limits): ReturnType<S['refund']> {
    whole(`${this.#settings.what}: n`, n, 1);
    return this.#store.refund(
      this.#keyFor(key, n),
      limits === undefined ? this.limits : this.#checked(limits),
      n,
      readingOf(this.#clock),
    ) as ReturnType<S['refund']>;
  }

  /** Forgets `key`: all its buckets are full. */
  reset(key: string): ReturnType<S['reset']> {
    return this.#store.reset(this.#keyFor(key, 0), readingOf(this.#clock)) as ReturnType<S['reset']>;
  }

  /** Whether a refusal of this key is to be followed: always, unless `enforce` says less. The same on every server. */
  enforces(key: string): boolean {
    return this.#settings.enforces(key);
  }

  /** The key as the store is to see it. Throws where it or the cost is wrong; what is right takes no detour. */
  #keyFor(key: string, cost: number): string {
    if (typeof key === 'string' && cost >= 0 && Number.isSafeInteger(cost)) return boundedKey(key);
    whole(`${this.#settings.what}: cost`, cost, 0);
    return asString(`${this.#settings.what}: key`, key);
  }

  #checked(limits: Limits): readonly Limit[] {
    return namedLimits(this.#settings.what, limits, this.name);
  }

  #published<A extends Decision | Promise<Decision>>(key: string, cost: number, answer: A): A {
    const published = (decision: Decision): Decision => {
      const enforced = this.#settings.enforces(key);
      decisionChannel.publish({ name: this.name, key, cost, decision, enforced, source: sourceOf(decision) });
      return decision;
    };
    return (isThenable(answer) ? answer.then(published) : published(answer)) as A;
  }
}

/** What a store answers, about limits of these names. */
type Answer<S extends BucketStore, O extends 'check' | 'peek', Name extends string> =
  ReturnType<S[O]> extends Promise<unknown>
    ? Promise<Decision<Name>>
    : ReturnType<S[O]> extends Decision
      ? Decision<Name>
      : Decision<Name> | Promise<Decision<Name>>;

/**
 * A limiter whose error messages begin with another name than its own.
 * @param what the start of every error message
 */
export function limiterNamed<S extends BucketStore>(
  what: string,
  options: RateLimiterOptions<S>,
): RateLimiter<S> {
  return new RateLimiter(new RateLimiterSettings(what, options));
}
