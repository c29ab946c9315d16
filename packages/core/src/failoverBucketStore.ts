import { storeErrorChannel } from './channels.js';
import { knownOptions, oneOf, printableName, shown } from './check.js';
import { isDeadline, within } from './deadline.js';
import { type Decision, isDecision, sourced, undecided } from './decision.js';
import { MemoryBucketStore } from './memoryBucketStore.js';
import type { Limit } from './policy.js';
import { type BucketStore, isStore, isThenable } from './store.js';

/** What decides when a store gives no answer: buckets in this process, or the same answer for everyone. */
export type OnStoreError = 'local' | 'allow' | 'deny';

export const ON_STORE_ERROR: readonly OnStoreError[] = ['local', 'allow', 'deny'];

/** How long a request refused under 'deny' is told to wait: nobody knows when the store is back, so not long. */
const DENIED_SECS = 1;

export interface FailoverOptions {
  readonly store: BucketStore;
  /** The limiter's name in `breaking:store:error`. */
  readonly name: string;
  /** Default 'local'. */
  readonly onStoreError?: OnStoreError | undefined;
  /** Seconds that the store may take for one answer, > 0, at most 2,147,483; default 0.05. */
  readonly deadlineSecs?: number | undefined;
}

/**
 * A store that always answers, and in time: where the one behind it throws, rejects, answers with what is no Decision or
 * not before the deadline, `onStoreError` decides. Each such error is published on `breaking:store:error`, none is thrown.
 *
 * An operation is never repeated: one that was given up on may still have reached the store. A refund or reset that fails
 * is lost, in the direction of fewer tokens.
 */
export class FailoverBucketStore implements BucketStore {
  readonly #store: BucketStore;
  readonly #name: string;
  readonly #onStoreError: OnStoreError;
  readonly #deadlineSecs: number;
  readonly #local = new MemoryBucketStore();

  constructor(options: FailoverOptions) {
    const what = 'FailoverBucketStore';
    knownOptions(what, options, ['store', 'name', 'onStoreError', 'deadlineSecs']);
    this.#store = isStore(`${what}: store`, options.store);
    this.#name = printableName(`${what}: name`, options.name);
    const { onStoreError = 'local', deadlineSecs = 0.05 } = options;
    this.#onStoreError = oneOf(`${what}: onStoreError`, onStoreError, ON_STORE_ERROR);
    this.#deadlineSecs = isDeadline(`${what}: deadlineSecs`, deadlineSecs);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('check', key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#decide('peek', key, limits, cost, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    this.#local.refund(key, limits, n, now);
    return this.#tell('refund', () => this.#store.refund(key, limits, n, now));
  }

  reset(key: string): void | Promise<void> {
    this.#local.reset(key);
    return this.#tell('reset', () => this.#store.reset(key));
  }

  #decide(
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Decision | Promise<Decision> {
    const instead = (error: unknown) => this.#instead(error, operation, key, limits, cost, now);
    try {
      const answer = this.#store[operation](key, limits, cost, now);
      if (!isThenable(answer)) return checked(operation, limits, answer);
      return within(`store.${operation}`, this.#deadlineSecs, answer)
        .then(decision => checked(operation, limits, decision))
        .catch(instead);
    } catch (error) {
      return instead(error);
    }
  }

  #instead(
    error: unknown,
    operation: 'check' | 'peek',
    key: string,
    limits: readonly Limit[],
    cost: number,
    now: number,
  ): Decision {
    this.#publish(error);
    if (this.#onStoreError === 'allow') return undecided(true, 0);
    if (this.#onStoreError === 'deny') return undecided(false, DENIED_SECS);
    return sourced(this.#local[operation](key, limits, cost, now), 'local');
  }

  #tell(operation: 'refund' | 'reset', send: () => void | Promise<void>): void | Promise<void> {
    try {
      const sent = send();
      if (!isThenable(sent)) return;
      return within(`store.${operation}`, this.#deadlineSecs, sent).catch(error => this.#publish(error));
    } catch (error) {
      this.#publish(error);
    }
  }

  #publish(error: unknown): void {
    if (!storeErrorChannel.hasSubscribers) return;
    storeErrorChannel.publish({ name: this.#name, error, onStoreError: this.#onStoreError });
  }
}

function checked(operation: string, limits: readonly Limit[], answer: unknown): Decision {
  if (isDecision(answer, limits)) return answer;
  throw new TypeError(`store.${operation} must answer with a Decision, got ${shown(answer)}`);
}
