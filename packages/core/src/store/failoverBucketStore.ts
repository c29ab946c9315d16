import { knownOptions, oneOf, printableName, shown } from '../base/check.js';
import { asDeadline, within } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import { CircuitBreaker } from '../breaker/circuitBreaker.js';
import type { Permit } from '../breaker/permit.js';
import { type Decision, sourced, undecided } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import { decisionIn } from './answer.js';
import { AnswerDeadline } from './answerDeadline.js';
import { ON_STORE_ERROR, type OnStoreError, storeErrorChannel } from './events.js';
import { warnOfFailingStore } from './failingStore.js';
import { MemoryBucketStore } from './memory/memoryBucketStore.js';
import { asStore, type BucketStore, DEFAULT_DEADLINE_SECS, STANDS_IN } from './store.js';

/** After five errors at once, or more than one in two seconds for long, the store gets nothing but probes. */
const BREAKER = { errorThreshold: 5, timeWindowSecs: 10, cooldownSecs: 0.5, cooldownMaxSecs: 5 };

/** How long a request that is refused under 'deny' is told to wait. Nobody knows when the store is back, so not long. */
const DENIED_SECS = 1;

/** The options of a {@link FailoverBucketStore}. */
export interface FailoverOptions {
  readonly store: BucketStore;
  /** The limiter's name in `breaking:store:error`. */
  readonly name: string;
  /** Default 'local'. */
  readonly onStoreError?: OnStoreError | undefined;
  /**
   * Seconds that the store may take for one answer, > 0, at most 2,147,483; default 0.05. The first answer of all may take
   * until a second after the first question.
   */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that always answers, and in time. `onStoreError` decides where the store behind it throws, rejects, gives no valid
 * Decision or misses the deadline. A circuit breaker spares a store that keeps failing, and spares requests the wait for
 * it: while the breaker is open, `onStoreError` decides at once, and single operations find out when the store is back. One
 * error that fails many requests at once, as that of a batch, counts once there.
 * Each error is published on `breaking:store:error`, none is thrown. The first error at which `onStoreError`
 * decides is a process warning with the code `BREAKING_STORE_FAILS`, and later ones are at most once a minute.
 *
 * Under 'local' the buckets in this process start from what the store last said of a key, and its next answer on the key
 * replaces them. Do not refund a decision whose source is 'local': the store never took it.
 *
 * No operation is repeated, since one that was given up on may still have reached the store. A refund or reset that fails
 * is lost, so the key has fewer tokens than it should, not more.
 *
 * @example
 * const store = new FailoverBucketStore({ store: new RedisBucketStore({ client }), name: 'api', onStoreError: 'allow' });
 * const limiter = new RateLimiter({ name: 'api', limits: perMinute(100), store });
 */
export class FailoverBucketStore implements BucketStore {
  readonly [STANDS_IN] = true;
  readonly deadlineSecs: number;
  readonly #store: BucketStore;
  readonly #name: string;
  readonly #onStoreError: OnStoreError;
  readonly #deadline: AnswerDeadline;
  readonly #breaker: CircuitBreaker;
  readonly #local = new MemoryBucketStore();
  /** The errors of this turn of the event loop. */
  readonly #counted = new Set<object>();
  /** The limiter's latest reading of its clock, which the breaker goes by. Every operation brings one. */
  #now = 0;

  constructor(options: FailoverOptions) {
    const what = 'FailoverBucketStore';
    knownOptions(what, options, ['store', 'name', 'onStoreError', 'deadlineSecs']);
    this.#store = asStore(`${what}: store`, options.store);
    this.#name = printableName(`${what}: name`, options.name);
    const { onStoreError = 'local', deadlineSecs = DEFAULT_DEADLINE_SECS } = options;
    this.#onStoreError = oneOf(`${what}: onStoreError`, onStoreError, ON_STORE_ERROR);
    this.deadlineSecs = asDeadline(`${what}: deadlineSecs`, deadlineSecs);
    this.#deadline = new AnswerDeadline(deadlineSecs);
    const clock = { secondsSinceEpoch: () => this.#now };
    this.#breaker = new CircuitBreaker({ ...BREAKER, name: `store of ${this.#name}`, clock });
  }

  withDeadline(secs: number): FailoverBucketStore {
    const store = this.#store.withDeadline?.(secs) ?? this.#store;
    return new FailoverBucketStore({
      store,
      name: this.#name,
      onStoreError: this.#onStoreError,
      deadlineSecs: secs,
    });
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('check', key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('peek', key, limits, cost, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    this.#now = now;
    this.#local.refund(key, limits, n, now);
    return this.#ask('refund', () => this.#store.refund(key, limits, n, now), nothing, nothing);
  }

  reset(key: string, now: number): void | Promise<void> {
    this.#now = now;
    this.#local.reset(key);
    return this.#ask('reset', () => this.#store.reset(key, now), nothing, nothing);
  }

  #decide(
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Decision | Promise<Decision> {
    this.#now = now;
    return this.#ask(
      operation,
      () => this.#store[operation](key, limits, cost, now),
      answer => {
        const decision = decisionIn(answer, limits);
        if (decision === undefined) {
          throw new TypeError(`store.${operation} must answer with a Decision, got ${shown(answer)}`);
        }
        if (this.#onStoreError === 'local') this.#local.learn(key, decision, now);
        return decision;
      },
      failure => {
        if (failure !== undefined) {
          const { error } = failure;
          warnOfFailingStore(this.#store, this.#name, this.#onStoreError, error, this.deadlineSecs);
        }
        if (this.#onStoreError === 'allow') return undecided(true, 0);
        if (this.#onStoreError === 'deny') return undecided(false, DENIED_SECS);
        return sourced(this.#local[operation](key, limits, cost, now), 'local');
      },
    );
  }

  /** Asks the store, unless its breaker is open, and waits until the deadline at most. */
  #ask<A, T>(
    operation: string,
    send: () => A | PromiseLike<A>,
    receive: (answer: A) => T,
    instead: (failure?: { readonly error: unknown }) => T,
  ): T | Promise<T> {
    const failed = (error: unknown) => {
      this.#publish(error);
      return instead({ error });
    };
    let permit: Permit;
    try {
      permit = this.#breaker.acquire();
    } catch (refusal) {
      this.#publish(refusal);
      return instead();
    }
    const succeeded = (value: T): T => {
      this.#deadline.answered();
      permit.success();
      return value;
    };
    try {
      const answer = send();
      if (!isThenable(answer)) return succeeded(receive(answer));
      const received = within(`store.${operation}`, this.#secsFor(operation), answer).then(receive);
      return received.then(succeeded, error => {
        if (this.#isCounted(error)) permit.ignore();
        else permit.failure(error);
        return failed(error);
      });
    } catch (error) {
      permit.failure(error);
      return failed(error);
    }
  }

  /** A decision waits for a cold start. Nobody needs a refund or a reset to. */
  #secsFor(operation: string): number {
    return operation === 'check' || operation === 'peek' ? this.#deadline.asked() : this.deadlineSecs;
  }

  /** Whether this very error has failed another request in this turn, as it does when they waited for one batch. */
  #isCounted(error: unknown): boolean {
    if (typeof error !== 'object' || error === null) return false;
    if (this.#counted.has(error)) return true;
    this.#counted.add(error);
    setImmediate(() => this.#counted.delete(error));
    return false;
  }

  #publish(error: unknown): void {
    if (!storeErrorChannel.hasSubscribers) return;
    storeErrorChannel.publish({ name: this.#name, error, onStoreError: this.#onStoreError });
  }
}

function nothing(): void {}
