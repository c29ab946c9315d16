import { boundedKey, keyScope } from '../base/bucketKey.js';
import { asString, whole } from '../base/check.js';
import { type Clock, readingOf } from '../base/clock.js';
import { isThenable } from '../base/thenable.js';
import { sourceOf } from '../bucket/decidedRequest.js';
import type { Decision } from '../bucket/decision.js';
import { type BucketPolicy, type Limit, type Limits, namedLimits } from '../bucket/policy.js';
import type { MemoryBucketStore } from '../store/memory/memoryBucketStore.js';
import { scopedTo } from '../store/prefixedStore.js';
import type { Lockout } from '../store/reservation.js';
import type { BucketStore, FullStore, MORE_OPERATIONS } from '../store/store.js';
import type { DecisionOf, SameWay } from './answers.js';
import { decisionChannel } from './events.js';
import { asBlockSecs, type RateLimiterOptions, RateLimiterSettings, type WaitOptions } from './options.js';
import { RecentLimits } from './recentLimits.js';
import { WaitingLines } from './waitingLines.js';
import { asWant, type Costs } from './wants.js';

/**
 * A rate limiter: one set of token buckets for each key. All limits of a request are decided together, and a refusal
 * takes nothing. The methods return as the store does: a Decision with the memory store, a promise of one with Redis.
 *
 * | To | Use |
 * | --- | --- |
 * | admit or refuse | {@link check} |
 * | look, and take nothing | {@link peek} |
 * | wait until the tokens are there | {@link wait} |
 * | charge a cost that is known afterwards | {@link take} |
 * | give back | {@link refund} |
 * | refuse a key for a while, whatever its buckets hold | {@link block} |
 * | forget a key | {@link reset} |
 *
 * @example
 * const limiter = new RateLimiter({ limits: perMinute(100, { burst: 20 }) });
 * const decision = limiter.check(userId);
 * if (!decision.allowed) throw new TooManyRequests(decision);
 *
 * @throws from every method: TypeError for a key that is not a string, RangeError for a cost that is not a whole
 *   number, and for wrong `limits` what the constructor throws. Nothing is then taken.
 */
export class RateLimiter<S extends BucketStore = MemoryBucketStore, Name extends string = string> {
  readonly name: string;
  readonly #store: FullStore;
  readonly #clock: Clock;
  readonly #settings: RateLimiterSettings<S>;
  readonly #lines: WaitingLines;
  readonly #recent: RecentLimits;
  #limits: readonly Limit[];

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
    this.#limits = settings.namedLimits;
    // A store that only this limiter uses contains no keys of others.
    this.#store = scopedTo(settings.store, settings.ownsStore ? '' : keyScope(this.name)) as FullStore;
    this.#recent = new RecentLimits(limits => namedLimits(settings.what, limits, this.name));
    this.#lines = new WaitingLines(this.#store, this.#clock);
  }

  /**
   * The limits by which it decides. New limits are checked as in the constructor and apply from the next request on. A
   * key keeps its debt under each limit of the same name. Callers that already wait are not affected.
   */
  get limits(): readonly Limit<Name>[] {
    return this.#limits as readonly Limit<Name>[];
  }

  set limits(limits: Limits) {
    this.#limits = namedLimits(this.#settings.what, limits, this.name);
  }

  /**
   * Takes `cost` tokens from every limit of `key`, or from none.
   * @param cost whole, at least 0; 0 takes nothing, and a cost above a `capacityMax` is always refused
   * @param limits used for this call in place of the limiter's own (tiers); the key keeps its debt
   */
  check(key: string, cost?: number): DecisionOf<S, 'check', Name>;
  check(key: string, cost?: number, limits?: Limits): DecisionOf<S, 'check', string>;
  check(key: string, cost = 1, limits?: Limits): DecisionOf<S, 'check', string> {
    const answer = this.#store.check(
      this.#keyFor(key, cost),
      limits === undefined ? this.#limits : this.#asked(limits),
      cost,
      readingOf(this.#clock),
    ) as DecisionOf<S, 'check', string>;
    return decisionChannel.hasSubscribers ? this.#published(key, cost, answer) : answer;
  }

  /** Decides as {@link check} would, and takes nothing. */
  peek(key: string, cost?: number): DecisionOf<S, 'peek', Name>;
  peek(key: string, cost?: number, limits?: Limits): DecisionOf<S, 'peek', string>;
  peek(key: string, cost = 1, limits?: Limits): DecisionOf<S, 'peek', string> {
    return this.#store.peek(
      this.#keyFor(key, cost),
      limits === undefined ? this.#limits : this.#asked(limits),
      cost,
      readingOf(this.#clock),
    ) as DecisionOf<S, 'peek', string>;
  }

  /**
   * Takes `cost` tokens from every limit of `key`, and resolves once they are there. Callers get their tokens in the
   * order of their calls. The tokens are reserved at once, so each caller is woken only once.
   * @param cost also `{ rpm: 1, tpm: 1200 }`, a number for each limit: whole, at least 0
   * @param options.signal aborts the wait: the tokens are given back, and the callers behind move up
   * @param options.maxWaitSecs less than the limiter's own, for a caller that has less time; a block that is set later
   *   does not make it wait longer than that
   * @throws (rejects with) TooManyRequests, at once and without taking anything, if it would wait longer than
   *   `maxWaitSecs`; StoreUnavailable if `onStoreError` is 'deny'; the reason of the signal
   */
  async wait(key: string, cost: Costs = 1, options: WaitOptions = {}): Promise<Decision> {
    const { what, name, maxWaitSecs } = this.#settings;
    const want = asWant({ what, name, limits: this.#limits, maxWaitSecs }, cost, options);
    const bounded = this.#keyFor(key, 0);
    this.#needs('reserve');
    const { signal } = options;
    if (signal?.aborted) throw signal.reason;
    const publish = (decision: Decision) =>
      void (decisionChannel.hasSubscribers && this.#published(key, cost, decision));
    return this.#lines.wait(bounded, want, signal, publish);
  }

  /**
   * Takes up to `n` tokens (whole, at least 1) of every limit of `key`, as many whole tokens as there are: for a cost
   * that is known only after the request. A fraction stays.
   * @returns the largest shortage, the part of `n` that a limit did not have
   */
  take(key: string, n = 1, limits?: Limits): SameWay<S, number> {
    whole(`${this.#settings.what}: n`, n, 1);
    const bounded = this.#keyFor(key, n);
    const now = readingOf(this.#clock);
    return this.#needs('take').take(bounded, this.#asked(limits), n, now) as SameWay<S, number>;
  }

  /** Puts `n` tokens (whole, at least 1) back into every limit of `key`, up to its `capacityMax`. */
  refund(key: string, n = 1, limits?: Limits): ReturnType<S['refund']> {
    whole(`${this.#settings.what}: n`, n, 1);
    const now = readingOf(this.#clock);
    return this.#store.refund(this.#keyFor(key, n), this.#asked(limits), n, now) as ReturnType<S['refund']>;
  }

  /**
   * Refuses `key` for `secs`, at least 0. This replaces an earlier block. Infinity lasts until {@link reset}, 0 ends
   * the block. Callers that wait on the key wait that much longer.
   */
  block(key: string, secs: number): SameWay<S, void> {
    asBlockSecs(`${this.#settings.what}: secs`, secs);
    const bounded = this.#keyFor(key, 0);
    const done = this.#needs('block').block(bounded, this.#limits, secs, readingOf(this.#clock));
    const look = () => (secs === 0 ? this.#lines.lifted(bounded) : this.#lines.look(bounded));
    return (isThenable(done) ? done.then(look) : look()) as SameWay<S, void>;
  }

  /**
   * Counts a refusal of `key`, and blocks the key if the lockout requires it, in one operation of the store.
   * @returns the seconds for which this refusal has blocked the key, else 0
   */
  strike(key: string, lockout: Lockout): SameWay<S, number> {
    const bounded = this.#keyFor(key, 0);
    const now = readingOf(this.#clock);
    const struck = this.#needs('strike').strike(bounded, this.#limits, lockout, now);
    const look = (secs: number) => this.#lines.struck(bounded, secs);
    return (isThenable(struck) ? struck.then(look) : look(struck)) as SameWay<S, number>;
  }

  /** Forgets `key`: all its buckets are full, and it is not blocked. */
  reset(key: string): ReturnType<S['reset']> {
    const bounded = this.#keyFor(key, 0);
    const done: unknown = this.#store.reset(bounded, readingOf(this.#clock));
    const countAnew = () => this.#lines.countAnew(bounded);
    return (isThenable(done) ? done.then(countAnew) : countAnew()) as ReturnType<S['reset']>;
  }

  /** Whether refusals of this key are enforced: always, unless `enforce` excludes it. The same on every server. */
  enforces(key: string): boolean {
    return this.#settings.enforces(key);
  }

  /** The key as the store receives it. Correct arguments take the short path. */
  #keyFor(key: string, cost: number): string {
    if (typeof key === 'string' && cost >= 0 && Number.isSafeInteger(cost)) return boundedKey(key);
    whole(`${this.#settings.what}: cost`, cost, 0);
    return asString(`${this.#settings.what}: key`, key);
  }

  #asked(limits: Limits | undefined): readonly Limit[] {
    return limits === undefined ? this.#limits : this.#recent.of(limits);
  }

  /** The store, if it has this operation. @throws TypeError if it does not */
  #needs(operation: (typeof MORE_OPERATIONS)[number]): FullStore {
    if (typeof this.#store[operation] === 'function') return this.#store;
    throw new TypeError(`${this.#settings.what}: the store must have a method ${operation} for this call`);
  }

  #published<A extends Decision | Promise<Decision>>(key: string, cost: Costs, answer: A): A {
    const published = (decision: Decision): Decision => {
      const enforced = this.enforces(key);
      decisionChannel.publish({ name: this.name, key, cost, decision, enforced, source: sourceOf(decision) });
      return decision;
    };
    return (isThenable(answer) ? answer.then(published) : published(answer)) as A;
  }
}

/** A limiter whose error messages begin with `what` instead of its own name. */
export function limiterNamed<S extends BucketStore>(
  what: string,
  options: RateLimiterOptions<S>,
): RateLimiter<S> {
  return new RateLimiter(new RateLimiterSettings(what, options));
}
