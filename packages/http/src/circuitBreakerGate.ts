import { type CircuitBreakerGroup, TooManyErrors } from '@breaking/core';
import { callbackWarning } from '@breaking/core/internal';
import type { Binding, Refusal } from './binding.js';
import { andThen, asKey, type MaybePromise } from './callback.js';
import {
  type CheckedCircuitBreaker,
  type CircuitBreakerGateOptions,
  checkCircuitBreaker,
} from './circuitBreakerOptions.js';
import { Gate } from './gate.js';
import { GuardedRequest } from './guardedRequest.js';
import type { Exchange } from './request/exchange.js';
import { unavailable } from './unavailable.js';

/**
 * The circuit breakers in front of the handlers of one framework: admits a request with a permit, and settles the permit when
 * the request ends.
 */
export class CircuitBreakerGate<X, Req> extends Gate<X, Req> {
  readonly #warn: (error: unknown) => void;
  readonly #options: CheckedCircuitBreaker<Req>;

  /**
   * @param route the only route behind the gate, if there is one: error messages name it
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: CircuitBreakerGateOptions<Req>, route?: string) {
    const what = route === undefined ? 'circuitBreaker' : `circuitBreaker of ${route}`;
    super(binding, what);
    this.#warn = callbackWarning(`${what}: isFailure`);
    this.#options = checkCircuitBreaker(what, options);
  }

  /** The breakers behind the gate: one for each key. */
  get breakers(): CircuitBreakerGroup {
    return this.#options.breakers;
  }

  protected decide(x: X, exchange: Exchange): MaybePromise<Refusal | Error | undefined> {
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#enter(x, exchange, undefined);
    return andThen(keyOf(this.binding.requestOf(x)), key => {
      return this.#enter(x, exchange, asKey(this.what, key));
    });
  }

  #enter(x: X, exchange: Exchange, key: string | undefined): MaybePromise<Refusal | Error | undefined> {
    const breaker = this.#options.breakers.get(key);
    const permit = breaker.tryAcquire();
    if (permit === undefined) {
      return this.#options.enforces(key ?? '')
        ? this.#refuse(x, exchange, breaker.retryAfterSecs)
        : undefined;
    }
    new GuardedRequest(permit, exchange, this.binding.requestOf(x), this.#options, this.#warn);
    return undefined;
  }

  #refuse(x: X, exchange: Exchange, retryAfterSecs: number): MaybePromise<Refusal | Error> {
    const req = this.binding.requestOf(x);
    return unavailable(this.what, this.#options, { exchange, req }, retryAfterSecs, fields => {
      return new TooManyErrors(retryAfterSecs, this.#options.name, fields);
    });
  }
}
