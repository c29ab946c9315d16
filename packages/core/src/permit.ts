import type { CallOutcome } from './breakerState.js';

/**
 * Leave for one call, to be told what became of it. The first word counts, all later ones are dropped.
 * Disposing of it is a failure, so that `using permit = breaker.acquire()` counts a throw; say `success()` at the end.
 */
export type Permit = Pick<CallPermit, 'success' | 'failure' | 'ignore' | typeof Symbol.dispose>;

/** Tells a breaker an outcome. A failure with an error is still to be judged by that error. */
export type Settle = (outcome: CallOutcome, error?: unknown, callerSignal?: AbortSignal) => void;

/** A permit as a breaker makes it. */
export class CallPermit {
  #settle: Settle | undefined;

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  success(): void {
    this.#end('success');
  }

  /**
   * With an error: what `run` would make of it, so that one that does not count is a success. Without: a failure.
   * @param callerSignal the signal by which the caller may have aborted the call, which would not count
   */
  failure(error?: unknown, callerSignal?: AbortSignal): void {
    this.#end('failure', error, callerSignal);
  }

  /** Neither success nor failure: the call says nothing about whether the other side works. */
  ignore(): void {
    this.#end('ignored');
  }

  [Symbol.dispose](): void {
    this.#end('failure');
  }

  #end(outcome: CallOutcome, error?: unknown, callerSignal?: AbortSignal): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome, error, callerSignal);
  }
}
