import { type Permit, TooManyErrors } from '@breaking/core';
import { callbackWarning, check, withoutStack } from '@breaking/core/internal';
import type { Binding, Gate, Refusal } from './binding.js';
import { errorsOnly } from './callback.js';
import {
  type CheckedCircuitBreaker,
  type CircuitBreakerGateOptions,
  checkCircuitBreaker,
} from './circuitBreakerOptions.js';
import { addFields } from './headers/fields.js';
import { andThen, type MaybePromise } from './maybePromise.js';
import { refusal, refusalFields, serviceUnavailable, unavailableRefusal } from './refusal.js';
import { Exchange } from './request/exchange.js';
import type { Outcome } from './request/outcome.js';

/**
 * The circuit breakers in front of the handlers of one framework: admits a request with a permit, and settles that once
 * it is known how the request ended.
 */
export class CircuitBreakerGate<X, Req> implements Gate<X> {
  readonly #binding: Binding<X, Req>;
  readonly #what: string;
  readonly #warn: (error: unknown) => void;
  readonly #options: CheckedCircuitBreaker<Req>;

  /**
   * @param what whose options these are, at the start of error messages
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: CircuitBreakerGateOptions<Req>, what = 'circuitBreaker') {
    this.#binding = binding;
    this.#what = what;
    this.#warn = callbackWarning(`${what}: isFailure`);
    this.#options = checkCircuitBreaker(what, options);
  }

  admit(x: X): MaybePromise<Refusal | undefined> {
    return errorsOnly(this.#what, this.#admit, x);
  }

  /** A function of its own, and so made once for all requests. */
  readonly #admit = (x: X): MaybePromise<Refusal | undefined> => {
    const exchange = Exchange.of(this.#binding.carrierOf(x), this.#binding.outgoingOf(x));
    if (!exchange.meets(this)) return undefined;
    const { keyOf } = this.#options;
    if (keyOf === undefined) return this.#decide(x, exchange, undefined);
    return andThen(keyOf(this.#binding.requestOf(x)), key => {
      if (key !== undefined) check.asString(`${this.#what}: keyOf`, key);
      return this.#decide(x, exchange, key);
    });
  };

  #decide(x: X, exchange: Exchange, key: string | undefined): MaybePromise<Refusal | undefined> {
    const breaker = this.#options.breakers.get(key);
    const permit = breaker.tryAcquire();
    if (permit !== undefined) {
      const req = this.#binding.requestOf(x);
      const { refusals } = exchange;
      exchange.onSettled(outcome => {
        // Refused further in by another gate: the handler was not asked.
        if (exchange.refusals > refusals) permit.ignore();
        else void this.#settle(permit, outcome, req);
      });
      return undefined;
    }
    return this.#options.enforces(key ?? '') ? this.#refuse(x, exchange, breaker.retryAfterSecs) : undefined;
  }

  /** @throws the refusal itself under `rejectWith: 'error'` */
  #refuse(x: X, exchange: Exchange, retryAfterSecs: number): MaybePromise<Refusal> {
    exchange.refusals += 1;
    const { name, problem, rejectWith } = this.#options;
    const fields = refusalFields(retryAfterSecs);
    if (rejectWith === 'error') {
      addFields(exchange.visits, fields);
      throw withoutStack(() => new TooManyErrors(retryAfterSecs, name, fields));
    }
    if (problem === undefined) return unavailableRefusal(fields);
    const rejection = serviceUnavailable(retryAfterSecs);
    const body = problem(rejection, this.#binding.requestOf(x));
    return andThen(body, said => refusal(this.#what, rejection, said, fields));
  }

  async #settle(permit: Permit, outcome: Outcome, req: Req): Promise<void> {
    try {
      if (await this.#options.isFailure(outcome, req)) permit.failure();
      else if (outcome.aborted) permit.ignore();
      else permit.success();
    } catch (error) {
      permit.failure();
      this.#warn(error);
    }
  }
}
