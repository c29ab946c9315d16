import { within } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import { CircuitBreaker } from '../breaker/circuitBreaker.js';
import type { Permit } from '../breaker/permit.js';
import { AnswerDeadline } from './answerDeadline.js';
import { ErrorsOfTurn } from './errorsOfTurn.js';
import { type OnStoreError, storeErrorChannel } from './events.js';

/** After five errors at once, or more than one every two seconds for a while, the store receives only probes. */
const BREAKER = { errorThreshold: 5, timeWindowSecs: 10, cooldownSecs: 0.5, cooldownMaxSecs: 5 };

/** Operations that decide a request. These wait for a cold start; a refund or a reset does not have to. */
const DECISIONS = ['check', 'peek', 'reserve'];

/** Asks a store with a deadline, and not at all while its breaker is open. */
export class GuardedQuestions {
  readonly #name: string;
  readonly #onStoreError: OnStoreError;
  readonly #deadlineSecs: number;
  readonly #deadline: AnswerDeadline;
  readonly #breaker: CircuitBreaker;
  readonly #counted = new ErrorsOfTurn();
  /** The limiter's latest reading of its clock, used by the breaker. Every operation updates it. */
  #now = 0;

  constructor(store: object, name: string, onStoreError: OnStoreError, deadlineSecs: number) {
    this.#name = name;
    this.#onStoreError = onStoreError;
    this.#deadlineSecs = deadlineSecs;
    this.#deadline = new AnswerDeadline(store, deadlineSecs);
    const clock = { secondsSinceEpoch: () => this.#now };
    this.#breaker = new CircuitBreaker({ ...BREAKER, name: `store of ${name}`, clock });
  }

  /** Asks the store, unless its breaker is open, and waits at most until the deadline. */
  ask<A, T>(
    operation: string,
    now: number,
    send: () => A | PromiseLike<A>,
    receive: (answer: A) => T,
    instead: (failure?: { readonly error: unknown }) => T,
  ): T | Promise<T> {
    this.#now = now;
    let permit: Permit;
    try {
      permit = this.#breaker.acquire();
    } catch (refusal) {
      this.#publish(refusal);
      return instead();
    }
    try {
      const answer = send();
      if (isThenable(answer)) return this.#later(operation, permit, answer, receive, instead);
      return this.#succeeded(permit, receive(answer));
    } catch (error) {
      permit.failure(error);
      return this.#failed(error, instead);
    }
  }

  #later<A, T>(
    operation: string,
    permit: Permit,
    answer: PromiseLike<A>,
    receive: (answer: A) => T,
    instead: (failure?: { readonly error: unknown }) => T,
  ): Promise<T> {
    const secs = DECISIONS.includes(operation) ? this.#deadline.asked() : this.#deadlineSecs;
    return within(`store.${operation}`, secs, answer)
      .then(receive)
      .then(
        value => this.#succeeded(permit, value),
        error => {
          if (this.#counted.has(error)) permit.ignore();
          else permit.failure(error);
          return this.#failed(error, instead);
        },
      );
  }

  #succeeded<T>(permit: Permit, value: T): T {
    this.#deadline.answered();
    permit.success();
    return value;
  }

  #failed<T>(error: unknown, instead: (failure?: { readonly error: unknown }) => T): T {
    this.#publish(error);
    return instead({ error });
  }

  #publish(error: unknown): void {
    if (!storeErrorChannel.hasSubscribers) return;
    storeErrorChannel.publish({ name: this.#name, error, onStoreError: this.#onStoreError });
  }
}
