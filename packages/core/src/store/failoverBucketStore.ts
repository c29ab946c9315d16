import { knownOptions, oneOf, printableName, shown } from '../base/check.js';
import { asDeadline } from '../base/deadline.js';
import { sourced, undecided } from '../bucket/decided.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import { decisionIn, numberIn, reservationsIn } from './answer.js';
import { ON_STORE_ERROR, type OnStoreError } from './events.js';
import { warnOfFailingStore } from './failingStore.js';
import { GuardedQuestions } from './guardedQuestions.js';
import { DENIED_SECS, localOnes, reservedInstead, storedOnes } from './instead.js';
import { MemoryBucketStore } from './memory/memoryBucketStore.js';
import type { Lockout, Reservations, ReserveOptions, Want } from './reservation.js';
import {
  asStore,
  type BucketStore,
  behind,
  DEFAULT_DEADLINE_SECS,
  type Decider,
  directly,
  type FullStore,
  STANDS_IN,
} from './store.js';

/** The options of a {@link FailoverBucketStore}. */
export interface FailoverOptions {
  readonly store: BucketStore;
  /** The name of the limiter, for `breaking:store:error`. */
  readonly name: string;
  /** Default 'local'. */
  readonly onStoreError?: OnStoreError | undefined;
  /**
   * Seconds that the store may take for an answer, > 0, at most 2,147,483; default 0.05. Its very first answer may take
   * until one second after the first question.
   */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that always answers in time. `onStoreError` decides if the store behind it throws, rejects, returns no valid
 * Decision or misses the deadline. A circuit breaker protects a store that keeps failing, and requests from waiting for
 * it: while the breaker is open, `onStoreError` decides at once, and single operations test whether the store is back.
 * An error that fails several requests at once, such as that of a batch, counts once. Each error is published on
 * `breaking:store:error`; none is thrown. If `onStoreError` decides, a process warning is given with the code
 * `BREAKING_STORE_FAILS`, at most once a minute.
 *
 * With 'local', the buckets in this process start from the store's last answer about a key, and its next answer
 * replaces them. Do not refund a decision whose source is 'local': the store did not take its tokens.
 *
 * No operation is repeated, since one that timed out may still have reached the store. If a refund or reset fails, it
 * is lost: the key then has too few tokens, not too many.
 *
 * @example
 * const store = new FailoverBucketStore({ store: new RedisBucketStore({ client }), name: 'api', onStoreError: 'allow' });
 * const limiter = new RateLimiter({ name: 'api', limits: perMinute(100), store });
 */
export class FailoverBucketStore implements BucketStore {
  readonly [STANDS_IN] = true;
  readonly deadlineSecs: number;
  readonly #store: FullStore;
  readonly #direct: Decider;
  readonly #name: string;
  readonly #onStoreError: OnStoreError;
  readonly #questions: GuardedQuestions;
  readonly #local = new MemoryBucketStore();

  constructor(options: FailoverOptions) {
    const what = 'FailoverBucketStore';
    knownOptions(what, options, ['store', 'name', 'onStoreError', 'deadlineSecs']);
    this.#store = behind(this, asStore(`${what}: store`, options.store));
    this.#direct = directly(options.store);
    this.#name = printableName(`${what}: name`, options.name);
    const { onStoreError = 'local', deadlineSecs = DEFAULT_DEADLINE_SECS } = options;
    this.#onStoreError = oneOf(`${what}: onStoreError`, onStoreError, ON_STORE_ERROR);
    this.deadlineSecs = asDeadline(`${what}: deadlineSecs`, deadlineSecs);
    this.#questions = new GuardedQuestions(options.store, this.#name, this.#onStoreError, this.deadlineSecs);
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
    this.#local.refund(key, limits, n, now);
    return this.#questions.ask(
      'refund',
      now,
      () => this.#store.refund(key, limits, n, now),
      nothing,
      nothing,
    );
  }

  reset(key: string, now: number): void | Promise<void> {
    this.#local.reset(key);
    return this.#questions.ask('reset', now, () => this.#store.reset(key, now), nothing, nothing);
  }

  take(key: string, limits: readonly Limit[], n: number, now: number): number | Promise<number> {
    const shortage = this.#local.take(key, limits, n, now);
    const instead = () => (this.#onStoreError === 'local' ? shortage : 0);
    return this.#questions.ask('take', now, () => this.#store.take(key, limits, n, now), numberIn, instead);
  }

  /** With 'local', it reserves in this process. With 'allow', callers go on at once; with 'deny', they are refused. */
  reserve(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Reservations | Promise<Reservations> {
    const withdrawn = localOnes(options.withdrawn);
    const stored = { ...options, withdrawn: storedOnes(options.withdrawn) };
    return this.#questions.ask(
      'reserve',
      now,
      () => this.#store.reserve(key, wants, stored, now),
      answer => {
        const reservations = reservationsIn(answer, wants);
        const areWithdrawn = reservations.made !== undefined && withdrawn.length > 0;
        if (areWithdrawn) this.#local.reserve(key, [], { ...options, withdrawn }, now);
        return reservations;
      },
      failure => {
        if (wants.length > 0) this.#warn(failure);
        return reservedInstead(this.#onStoreError, this.#local, key, wants, options, now);
      },
    );
  }

  block(key: string, limits: readonly Limit[], secs: number, now: number): void | Promise<void> {
    this.#local.block(key, limits, secs, now);
    const send = () => this.#store.block(key, limits, secs, now);
    return this.#questions.ask('block', now, send, nothing, nothing);
  }

  strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number | Promise<number> {
    const isLocal = this.#onStoreError === 'local';
    const received = (answer: number) => {
      const secs = numberIn(answer);
      if (secs > 0 && isLocal) this.#local.block(key, limits, secs, now);
      return secs;
    };
    return this.#questions.ask(
      'strike',
      now,
      () => this.#store.strike(key, limits, lockout, now),
      received,
      () => (isLocal ? this.#local.strike(key, limits, lockout, now) : 0),
    );
  }

  #decide(
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Decision | Promise<Decision> {
    return this.#questions.ask(
      operation,
      now,
      () => this.#direct[operation](key, limits, cost, now),
      answer => {
        const decision = decisionIn(answer, limits);
        if (decision === undefined) {
          throw new TypeError(`store.${operation} must return a Decision, got ${shown(answer)}`);
        }
        if (this.#onStoreError === 'local') this.#local.learn(key, decision, now);
        return decision;
      },
      failure => {
        this.#warn(failure);
        if (this.#onStoreError === 'allow') return undecided(true, 0);
        if (this.#onStoreError === 'deny') return undecided(false, DENIED_SECS);
        return sourced(this.#local[operation](key, limits, cost, now), 'local');
      },
    );
  }

  #warn(failure: { readonly error: unknown } | undefined): void {
    if (failure === undefined) return;
    warnOfFailingStore(this.#store, this.#name, this.#onStoreError, failure.error, this.deadlineSecs);
  }
}

function nothing(): void {}
