import type { Cost } from '../bucket/debt.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/** Tokens that a caller would wait for. */
export interface Want {
  readonly limits: readonly Limit[];
  /** So many of every limit, or a number for each of them, in the order of `limits`. A limit that gives none is not written. */
  readonly cost: Cost;
  /** The longest wait, in seconds. One that would be longer is refused and takes nothing. */
  readonly maxWaitSecs: number;
}

/** What became of a {@link Want}. */
export interface Reservation {
  /** A refusal, or the decision as it will be at that moment. */
  readonly decision: Decision;
  /** The moment at which the caller goes on, on the limiter's clock. */
  readonly at: number;
  /** What the store has to know to take it back. Only the store looks into it. */
  readonly undo: unknown;
}

/** What a store answers to a request for reservations. */
export interface Reservations {
  /** One for each want, in order; undefined where the store could not take back what it was asked to, and changed nothing. */
  readonly made: readonly Reservation[] | undefined;
  /**
   * Seconds by which blocks have moved those who wait on the key, since somebody began to wait. Undefined while nobody
   * does, Infinity while a block without end holds.
   */
  readonly movedSecs: number | undefined;
}

/** What else a store is told when it reserves. */
export interface ReserveOptions {
  /** The moment before which none of them goes on: callers go on in the order in which they asked. */
  readonly earliest: number;
  /** Reservations to take back first, in the order in which they were made. */
  readonly withdrawn: readonly Reservation[];
}

/** How many refusals block a key, and for how long. */
export interface Lockout {
  /** Refusals: a whole number from 1 to 1e12. */
  readonly after: number;
  /** The seconds in which all of them are regained, > 0. */
  readonly withinSecs: number;
  /** Seconds of the first block, at least 0. */
  readonly forSecs: number;
  /** How many times longer each next block is, at least 1, until the key has been free as long as its last block was. */
  readonly backoff: number;
  /** Seconds of the longest block. */
  readonly maxSecs: number;
}
