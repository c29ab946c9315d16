import type { CallOutcome } from './events.js';

/**
 * Permission for one call, which must be told how the call ended. The first outcome counts, all later ones are dropped.
 * Disposing of a permit is a failure, so that `using permit = breaker.acquire()` counts a throw: call `success()` at the
 * end.
 */
export interface Permit {
  success(): void;
  /** With an error: judged as `run` would, so that one that does not count is a success. Without: a failure. */
  failure(error?: unknown): void;
  /** Neither success nor failure: the call says nothing about whether the other side works. */
  ignore(): void;
  [Symbol.dispose](): void;
}

/** How a call ended. What it returned or threw has still to be judged. */
export type CallEnd = CallOutcome | 'returned' | 'thrown';

/** A call under way that can tell how it goes. */
export interface Probe {
  /** Asks it, and says whether it is still under way: then it can be asked again. */
  isUnderWay(): boolean;
}

/** What admits calls, and is told how they ended. */
export interface Admitter {
  /** @param told what was returned or thrown */
  settle(admission: Admission, end: CallEnd, told?: unknown, callerSignal?: AbortSignal): void;
  /** Asks a probe how it goes when the breaker is next looked at. */
  askLater(epoch: number, probe: Probe): void;
}

/**
 * The admission of a call, which must tell its end once. All calls of one epoch share one, unless their durations matter:
 * so a call leaves no object of its own behind.
 */
export class Admission {
  readonly admitter: Admitter;
  readonly epoch: number;
  /** The reading of the clock at which the call was admitted, if it was read. */
  readonly since: number | undefined;

  constructor(admitter: Admitter, epoch: number, since?: number) {
    this.admitter = admitter;
    this.epoch = epoch;
    this.since = since;
  }

  /** For promises: passes the value on, once its call has been settled. */
  readonly succeed = <T>(value: T): T => {
    this.admitter.settle(this, 'returned', value);
    return value;
  };

  /** For promises: passes the error on, once its call has been settled. */
  readonly fail = (error: unknown): never => {
    this.admitter.settle(this, 'thrown', error);
    throw error;
  };
}

/** A permit as a breaker gives it. */
export class CallPermit implements Permit, Probe {
  #admission: Admission | undefined;
  #asked: Asked | undefined;

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

  /** See {@link whenAsked}. */
  whenAsked(asked: Asked): void {
    this.#asked = asked;
    this.#admission?.admitter.askLater(this.#admission.epoch, this);
  }

  isUnderWay(): boolean {
    if (this.#admission !== undefined) this.#asked?.ask();
    return this.#admission !== undefined;
  }

  #end(end: CallEnd, error?: unknown): void {
    const admission = this.#admission;
    this.#admission = undefined;
    admission?.admitter.settle(admission, end, error);
  }
}

/** What is asked how a probe goes. */
interface Asked {
  ask(): unknown;
}

/**
 * Lets a probe settle before its call has ended, such as a stream whose answer has begun: `ask` is called each time that the
 * breaker is asked for a permit or looked at (`state`, `retryAfterSecs`, the group's `entries`), and settles the permit
 * if it can tell. It is no longer called once the permit is settled, or its outcome no longer counts; never for a call
 * that is no probe. It must not throw.
 *
 *     const permit = breaker.tryAcquire();
 *     if (permit !== undefined) whenAsked(permit, { ask: () => answer.headersSent && permit.success() });
 */
export function whenAsked(permit: Permit, asked: Asked): void {
  (permit as CallPermit).whenAsked(asked);
}
