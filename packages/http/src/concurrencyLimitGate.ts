import { type ConcurrencyLimiterGroup, Overloaded, type Permit } from '@breaking/core';
import { check } from '@breaking/core/internal';
import type { Binding, Refusal } from './binding.js';
import { andThen, asKey, askTogether, type MaybePromise } from './callback.js';
import {
  type CheckedConcurrencyLimit,
  type ConcurrencyLimitGateOptions,
  checkConcurrencyLimit,
} from './concurrencyLimitOptions.js';
import { Gate } from './gate.js';
import type { Exchange } from './request/exchange.js';
import type { Ending } from './request/outcome.js';
import { unavailable } from './unavailable.js';

/** The Retry-After of a refusal. Nobody can know when a place will be free. */
const RETRY_AFTER_SECS = 1;

/**
 * A limit on the concurrent requests of one framework. It gives each request a place, which is free again when the request
 * ends, however it ends.
 */
export class ConcurrencyLimitGate<X, Req> extends Gate<X, Req> {
  readonly #options: CheckedConcurrencyLimit<Req>;

  /**
   * @param route the only route behind the gate, if there is one: error messages name it
   * @throws TypeError or RangeError for a wrong option
   */
  constructor(binding: Binding<X, Req>, options: ConcurrencyLimitGateOptions<Req>, route?: string) {
    const what = route === undefined ? 'concurrencyLimit' : `concurrencyLimit of ${route}`;
    super(binding, what);
    this.#options = checkConcurrencyLimit(what, options, binding.tellsHandled === true);
  }

  /** The limiters behind the gate: one for each key. */
  get concurrency(): ConcurrencyLimiterGroup {
    return this.#options.limiters;
  }

  protected decide(x: X, exchange: Exchange): MaybePromise<Refusal | Error | undefined> {
    const { keyOf, priorityOf } = this.#options;
    if (keyOf === undefined && priorityOf === undefined) return this.#enter(x, exchange, undefined, 0);
    return andThen(
      askTogether([keyOf, priorityOf, undefined], this.binding.requestOf(x)),
      ([key, priority]) => {
        if (priorityOf !== undefined) check.whole(`${this.what}: priorityOf`, priority, 0);
        return this.#enter(x, exchange, asKey(this.what, key), priority);
      },
    );
  }

  #enter(
    x: X,
    exchange: Exchange,
    key: string | undefined,
    priority: number | undefined,
  ): MaybePromise<Refusal | Error | undefined> {
    const permit = this.#options.limiters.get(key).tryAcquire(priority);
    if (permit === undefined) {
      return this.#options.enforces(key ?? '') ? this.#refuse(x, exchange) : undefined;
    }
    const { refusals } = exchange;
    const ended = (ending: Ending) => {
      // If a later gate refused the request, its duration says nothing about the handlers.
      const isSample = exchange.refusals === refusals && !hasFailed(ending);
      const { handled } = exchange;
      if (!this.#options.holdUntilHandled || handled === undefined) return end(permit, isSample);
      const endLater = () => end(permit, isSample);
      handled.then(endLater, endLater);
    };
    exchange.watch({ ended });
    return undefined;
  }

  #refuse(x: X, exchange: Exchange): MaybePromise<Refusal | Error> {
    const req = this.binding.requestOf(x);
    return unavailable(this.what, this.#options, { exchange, req }, RETRY_AFTER_SECS, fields => {
      return new Overloaded(this.#options.name, fields);
    });
  }
}

function end(permit: Permit, isSample: boolean): void {
  if (isSample) permit.success();
  else permit.ignore();
}

/** Errors may be fast even under load, so they are no samples. A client that left has waited for at least this long. */
function hasFailed({ status, aborted }: Ending): boolean {
  return status === undefined ? !aborted : status >= 500;
}
