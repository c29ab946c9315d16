import type { Admission, CallEnd } from './admission.js';

/**
 * Leave for one call, to be told what became of it. The first word counts, all later ones are dropped.
 * Disposing of it is a failure, so that `using permit = breaker.acquire()` counts a throw; say `success()` at the end.
 */
export interface Permit {
  success(): void;
  /** With an error: what `run` would make of it, so that one that does not count is a success. Without: a failure. */
  failure(error?: unknown): void;
  /** Neither success nor failure: the call says nothing about whether the other side works. */
  ignore(): void;
  [Symbol.dispose](): void;
}

/** A permit as a breaker gives it. */
export class CallPermit implements Permit {
  #admission: Admission | undefined;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  success(): void {
    this.#end('success');
  }

  failure(error?: unknown): void {
    this.#end(error === undefined ? 'failure' : 'thrown', error);
  }

  ignore(): void {
    this.#end('ignored');
  }

  [Symbol.dispose](): void {
    this.#end('failure');
  }

  #end(end: CallEnd, error?: unknown): void {
    const admission = this.#admission;
    this.#admission = undefined;
    admission?.end(end, error);
  }
}
