import { AsyncLocalStorage } from 'node:async_hooks';
import type { Permit } from '@breaking/core';
import { isThenable, whenAsked } from '@breaking/core/internal';
import type { CheckedCircuitBreaker } from './circuitBreakerOptions.js';
import type { Exchange, Watcher } from './request/exchange.js';
import type { Ending } from './request/outcome.js';

type Options<Req> = Pick<CheckedCircuitBreaker<Req>, 'clock' | 'isFailure' | 'onTransition' | 'slowCallSecs'>;

/** A request that a circuit breaker admitted. Its permit is settled once, by the request's outcome. */
export class GuardedRequest<Req> implements Watcher {
  readonly #permit: Permit;
  readonly #exchange: Exchange;
  /** Held only for `isFailure`: a request may refer to its response, which cannot be collected while the request is held. */
  readonly #req: Req | undefined;
  readonly #options: Options<Req>;
  readonly #warn: (error: unknown) => void;
  /** Runs callbacks in the async context in which the request met the breaker. */
  readonly #inContext: ReturnType<typeof AsyncLocalStorage.snapshot> | undefined;
  readonly #since: number;
  /** How many refusals the request had when this gate admitted it. */
  readonly #refusals: number;
  /** Seconds until the head of the response was sent. */
  #headSecs: number | undefined;
  #isSettled = false;
  #isAsked = false;

  /** @param warn gets the error that `isFailure` throws or rejects with */
  constructor(
    permit: Permit,
    exchange: Exchange,
    req: Req,
    options: Options<Req>,
    warn: (error: unknown) => void,
  ) {
    this.#permit = permit;
    this.#exchange = exchange;
    this.#req = options.isFailure === undefined ? undefined : req;
    this.#options = options;
    this.#warn = warn;
    this.#since = options.clock.secondsSinceEpoch();
    this.#refusals = exchange.refusals;
    const callsBack = options.isFailure !== undefined || options.onTransition !== undefined;
    this.#inContext = callsBack ? AsyncLocalStorage.snapshot() : undefined;
    exchange.watch(this);
    whenAsked(permit, this);
  }

  begun(): void {
    this.#headSecs ??= this.#secs();
  }

  ended(ending: Ending): void {
    this.#run(() => this.#end(ending));
  }

  #end(ending: Ending): void {
    if (this.#isRefused) this.#permit.ignore();
    if (this.#isSettled || this.#isRefused) return;
    const failed = this.#judge(ending);
    if (isThenable(failed)) {
      failed.then(
        answer => this.#settle(answer, ending),
        error => this.#fail(error),
      );
    } else this.#settle(failed, ending);
  }

  /**
   * Another caller asks for the breaker while this request is its probe. If its response has started well, the probe is
   * already a success: a stream may stay open for days.
   */
  ask(): void {
    this.#run(() => this.#ask());
  }

  #ask(): void {
    if (this.#isRefused) this.#permit.ignore();
    const { begun } = this.#exchange;
    if (begun === undefined || begun >= 500 || this.#isAsked || this.#isRefused) return;
    this.#isAsked = true;
    const ending = { status: begun, aborted: false };
    const failed = this.#judge(ending);
    if (isThenable(failed)) failed.then(undefined, this.#warn);
    else if (!this.#isSettled) this.#settle(failed, ending);
  }

  /** Whether the request failed. An `isFailure` that throws counts as true. */
  #judge(ending: Ending): boolean | PromiseLike<boolean> {
    const { isFailure, slowCallSecs } = this.#options;
    const durationSecs = this.#headSecs ?? this.#secs();
    if (isFailure === undefined) return durationSecs > slowCallSecs || this.#isServerFailure(ending);
    try {
      return isFailure({ ...ending, durationSecs }, this.#req as Req);
    } catch (error) {
      this.#warn(error);
      return true;
    }
  }

  /** Whether the request failed, however long it took: its status is 500 or more, or the response broke on the server's side. */
  #isServerFailure({ status, aborted }: Ending): boolean {
    if (status !== undefined) return status >= 500;
    return !aborted || (this.#exchange.begun ?? 0) >= 500;
  }

  #settle(failed: boolean, ending: Ending): void {
    this.#isSettled = true;
    if (failed) this.#permit.failure();
    else if (ending.aborted && this.#exchange.begun === undefined) this.#permit.ignore();
    else this.#permit.success();
  }

  #fail(error: unknown): void {
    this.#permit.failure();
    this.#warn(error);
  }

  /** Whether a gate after the breaker refused the request, so that the handler never ran. */
  get #isRefused(): boolean {
    return this.#exchange.refusals > this.#refusals;
  }

  #run(callback: () => void): void {
    if (this.#inContext === undefined) callback();
    else this.#inContext(callback);
  }

  #secs(): number {
    return Math.max(0, this.#options.clock.secondsSinceEpoch() - this.#since);
  }
}
