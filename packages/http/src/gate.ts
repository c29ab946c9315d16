import { isThenable } from '@breaking/core/internal';
import type { Binding, Refusal } from './binding.js';
import { asError, type MaybePromise } from './callback.js';
import type { Exchange } from './request/exchange.js';

/** A check that requests of one framework must pass: a rate limit, a circuit breaker or a concurrency limit. */
export abstract class Gate<X, Req> {
  protected readonly binding: Binding<X, Req>;
  /** The name of the function whose options these are. Error messages start with it. */
  protected readonly what: string;

  constructor(binding: Binding<X, Req>, what: string) {
    this.binding = binding;
    this.what = what;
  }

  /**
   * Decides about a request on its first pass through this gate.
   * @returns undefined to let it pass, a refusal to send, or an Error for the framework's error path
   */
  protected abstract decide(x: X, exchange: Exchange): MaybePromise<Refusal | Error | undefined>;

  /**
   * Whether the request may pass. If not, the refusal has been sent and nothing is left to do. Synchronous unless a callback
   * or the store is asynchronous.
   * @throws, or rejects with, an Error for the framework's error path: that of a callback, or the refusal under `rejectWith:
   *   'error'`
   */
  admit(x: X): MaybePromise<boolean> {
    try {
      const exchange = this.binding.exchangeOf(x);
      if (!exchange.meets(this)) return true;
      const refusal = this.decide(x, exchange);
      return isThenable(refusal) ? this.#answerLater(x, refusal) : this.#answer(x, refusal);
    } catch (thrown) {
      throw asError(this.what, thrown);
    }
  }

  async #answerLater(x: X, refusal: PromiseLike<Refusal | Error | undefined>): Promise<boolean> {
    try {
      return this.#answer(x, await refusal);
    } catch (thrown) {
      throw asError(this.what, thrown);
    }
  }

  #answer(x: X, refusal: Refusal | Error | undefined): boolean {
    if (refusal === undefined) return true;
    // Other code may have sent a response while a callback or the store was pending.
    if (this.binding.isAnswered(x)) return false;
    if (refusal instanceof Error) throw refusal;
    this.binding.send(x, refusal);
    return false;
  }
}

/**
 * Passes a request through gates in order, until one refuses. Calls `next()` after the last gate, `next(error)` with an Error
 * for the framework's error path, or nothing if a refusal was sent.
 */
export function pass<X, Req>(
  gates: readonly (Gate<X, Req> | undefined)[],
  x: X,
  next: (error?: Error) => void,
  first = 0,
): void {
  for (let i = first; i < gates.length; i++) {
    let isAdmitted: MaybePromise<boolean>;
    try {
      isAdmitted = gates[i]?.admit(x) ?? true;
    } catch (error) {
      next(error as Error);
      return;
    }
    if (isThenable(isAdmitted)) {
      isAdmitted.then(yes => void (yes && pass(gates, x, next, i + 1)), next);
      return;
    }
    if (!isAdmitted) return;
  }
  next();
}
