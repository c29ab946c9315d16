import type { Cost } from '../bucket/debt.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/** Tokens that a caller wants to wait for. */
export interface Want {
  readonly limits: readonly Limit[];
  /** The same number from every limit, or a number for each, in the order of `limits`. A limit with 0 is not written. */
  readonly cost: Cost;
  /** The longest wait, in seconds. If it would be longer, the caller is refused and nothing is taken. */
  readonly maxWaitSecs: number;
}

/** The result of a {@link Want}. */
export interface Reservation {
  /** A refusal, or the decision as of the moment `at`. */
  readonly decision: Decision;
  /** The moment at which the caller goes on, on the limiter's clock. */
  readonly at: number;
  /** What the store needs to undo the reservation. Only the store reads it. */
  readonly undo: unknown;
}

/** A store's answer to a request for reservations. */
export interface Reservations {
  /** One for each want, in order; undefined if the store could not undo the withdrawn reservations, and so changed nothing. */
  readonly made: readonly Reservation[] | undefined;
  /**
   * Seconds by which blocks have delayed those who wait on the key, since somebody began to wait. Undefined while
   * nobody waits.
   */
  readonly movedSecs: number | undefined;
  /** The moment at which a block of the key ends, on the limiter's clock. Undefined if there is no block. */
  readonly blockedUntil?: number | undefined;
}

/** Further arguments of a reservation. */
export interface ReserveOptions {
  /** The earliest moment at which any of them goes on, since callers go on in the order of their calls. */
  readonly earliest: number;
  /** Reservations to undo first, in the order in which they were made. */
  readonly withdrawn: readonly Reservation[];
}

/** `reserve` of a store, for one key. */
export type Reserve = (
  wants: readonly Want[],
  options: ReserveOptions,
  now: number,
) => Reservations | Promise<Reservations>;

/** How many refusals block a key, and for how long. */
export interface Lockout {
  /** Refusals: a whole number from 1 to 1e12. */
  readonly after: number;
  /** The seconds in which all of them are forgiven, > 0. */
  readonly withinSecs: number;
  /** Seconds of the first block, at least 0. */
  readonly forSecs: number;
  /**
   * The factor by which each next block is longer, at least 1. It is reset once the key has been free as long as its
   * last block was.
   */
  readonly backoff: number;
  /** Seconds of the longest block. */
  readonly maxSecs: number;
}
