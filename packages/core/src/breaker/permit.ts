import type { CallOutcome } from './events.js';

/**
 * A permit for one call. Report to it how the call ended: the first outcome counts, later ones are ignored. Disposing
 * of a permit is a failure, so that `using permit = breaker.acquire()` counts a thrown error. Call `success()` at the
 * end.
 */
export interface Permit {
  success(): void;
  /** A failure. An error, if given, is judged as `run` would judge it, so it may count as a success. */
  failure(error?: unknown): void;
  /** Neither success nor failure: the call says nothing about whether the other side works. */
  ignore(): void;
  [Symbol.dispose](): void;
}

/** How a call ended. What it returned or threw has still to be judged. */
export type CallEnd = CallOutcome | 'returned' | 'thrown';

/** A call under way that may report its outcome before it ends. */
export interface Probe {
  /** Asks the probe. @returns whether it is still under way, and so can be asked again */
  isUnderWay(): boolean;
}

/** Admits calls and records their outcomes. */
export interface Admitter {
  /** @param value what was returned or thrown */
  settle(admission: Admission, end: CallEnd, value?: unknown, callerSignal?: AbortSignal): void;
  /** Asks this probe when the breaker is next looked at. */
  askLater(epoch: number, probe: Probe): void;
}

/**
 * The admission of a call, to which its end is reported once. All calls of one epoch share one admission, unless their
 * durations matter, so most calls allocate no object.
 */
export class Admission {
  readonly admitter: Admitter;
  readonly epoch: number;
  /** The reading of the clock at which the call was admitted, if the clock was read. */
  readonly since: number | undefined;

  constructor(admitter: Admitter, epoch: number, since?: number) {
    this.admitter = admitter;
    this.epoch = epoch;
    this.since = since;
  }

  /** For promises: settles the call, then passes the value on. */
  readonly succeed = <T>(value: T): T => {
    this.admitter.settle(this, 'returned', value);
    return value;
  };

  /** For promises: settles the call, then passes the error on. */
  readonly fail = (error: unknown): never => {
    this.admitter.settle(this, 'thrown', error);
    throw error;
  };
}

/** A permit of a circuit breaker. */
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

/** Asked for the outcome of a probe. */
interface Asked {
  ask(): unknown;
}

/**
 * Lets a probe settle before its call has ended, such as a stream whose response has begun. `ask` is called each time
 * that the breaker is asked for a permit or looked at (`state`, `retryAfterSecs`, the group's `entries`), and settles
 * the permit if it can. It is no longer called once the permit is settled or its outcome no longer counts, and never
 * for a call that is not a probe. It must not throw.
 *
 *     const permit = breaker.tryAcquire();
 *     if (permit !== undefined) whenAsked(permit, { ask: () => answer.headersSent && permit.success() });
 */
export function whenAsked(permit: Permit, asked: Asked): void {
  (permit as CallPermit).whenAsked(asked);
}
