import { whenAborted } from '../base/abort.js';
import { type Cost, longestWait } from '../bucket/debt.js';
import { debtsAfter, refusedFor } from '../bucket/decided.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import type { Reservation, Want } from '../store/reservation.js';
import { StoreUnavailable, TooManyRequests } from './errors.js';
import type { CallersWant } from './wants.js';

/** A caller that waits for tokens. */
export class Waiter implements Want {
  readonly limits: readonly Limit[];
  readonly cost: Cost;
  readonly maxWaitSecs: number;
  readonly answer: Promise<Decision>;
  /** The store's promise; undefined until it answers. */
  reservation: Reservation | undefined;
  /** The moment at which the caller proceeds; -Infinity while that is not known. */
  at = -Infinity;
  /** Whether the caller has proceeded, was refused or has given up. */
  isOver = false;
  /** By how much shorter blocks have moved the caller back, at most 0. It counts if no new reservation can be made. */
  #backSecs = 0;
  readonly #calledAt: number;
  /** The moment beyond which no block may move the caller. */
  readonly #latest: number;
  readonly #publish: (decision: Decision) => void;
  #resolve: (decision: Decision) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #stopListening = () => {};

  /**
   * @param publish publishes the decision, before the caller's code continues. Subscribers may call the limiter
   */
  constructor(want: CallersWant, calledAt: number, publish: (decision: Decision) => void) {
    this.limits = want.limits;
    this.cost = want.cost;
    this.maxWaitSecs = want.maxWaitSecs;
    this.#calledAt = calledAt;
    this.#latest = want.isOwnWait ? calledAt + longestWait(want.maxWaitSecs) : Infinity;
    this.#publish = publish;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Fails with the reason of the signal, and then calls back. */
  listenTo(signal: AbortSignal, failed: () => void): void {
    this.#stopListening = whenAborted(signal, () => {
      this.fail(signal.reason);
      failed();
    });
  }

  /**
   * Takes the store's promise.
   * @param laterSecs how much later than it says the store may have been asked
   */
  accept(reservation: Reservation, laterSecs: number): void {
    this.reservation = reservation;
    this.at = reservation.at + laterSecs;
  }

  /** Takes another promise of the store, after a caller ahead has left. It is never later than the first promise. */
  moveUp(reservation: Reservation, laterSecs: number): void {
    const { at } = this;
    this.accept(reservation, laterSecs);
    this.at = Math.min(this.at, at);
    this.#backSecs = 0;
  }

  /**
   * Moves the caller by this many seconds, and refuses it if that is beyond its latest moment, or without end. If the
   * seconds are negative, they only count at {@link goBack}.
   */
  move(laterSecs: number, now: number): void {
    if (laterSecs < 0) this.#backSecs += laterSecs;
    else this.at += laterSecs;
    const isTooLate = laterSecs > 0 && this.at > this.#latest;
    if (isTooLate || this.at === Infinity) this.refuse(this.#refusalFor(this.at - now, true));
  }

  /** Moves the caller to the moment to which shorter blocks have moved it. */
  goBack(): void {
    this.at += this.#backSecs;
    this.#backSecs = 0;
  }

  /** Proceeds no earlier than the caller ahead, or is refused if that would be too long a wait. */
  follow(momentAhead: number): void {
    if (momentAhead <= this.at) return;
    this.at = momentAhead;
    const waitSecs = momentAhead - this.#calledAt;
    if (waitSecs > longestWait(this.maxWaitSecs)) this.refuse(this.#refusalFor(waitSecs, false));
  }

  goOn(): void {
    const { decision } = this.reservation as Reservation;
    this.#settle(() => {
      this.#resolve(decision);
      this.#publish(decision);
    });
  }

  refuse(decision: Decision): void {
    const isAnswer = decision.limits.length > 0;
    this.#settle(() => {
      this.#reject(isAnswer ? new TooManyRequests(decision) : new StoreUnavailable(decision.retryAfterSecs));
      this.#publish(decision);
    });
  }

  fail(reason: unknown): void {
    this.#settle(() => this.#reject(reason));
  }

  #settle(settle: () => void): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#stopListening();
    settle();
  }

  #refusalFor(waitSecs: number, blocked: boolean): Decision {
    // A decision that was made without a store lists no limits.
    const owed = debtsAfter((this.reservation as Reservation).decision);
    const debts = this.limits.map((_, i) => owed[i] ?? 0);
    return refusedFor(this.limits, debts, this.cost, waitSecs, blocked);
  }
}

/** The moment at which the caller ahead proceeds, as far as that is known. */
export function momentAhead(waiters: readonly Waiter[], waiter: Waiter): number {
  for (let i = waiters.lastIndexOf(waiter) - 1; i >= 0; i--) {
    const { at } = waiters[i] as Waiter;
    if (at !== -Infinity) return at;
  }
  return -Infinity;
}

/**
 * Puts the moments in the order of the calls, after the store has promised one to `from`. Callers behind it may have their
 * promise already, from what stands in for a failing store.
 * @returns whether a reservation must be withdrawn, since its caller has given up or is refused
 */
export function fallIn(waiters: readonly Waiter[], from: Waiter): boolean {
  let at = momentAhead(waiters, from);
  let isAnyOver = false;
  for (let i = waiters.lastIndexOf(from); i < waiters.length; i++) {
    const waiter = waiters[i] as Waiter;
    if (waiter.reservation === undefined) continue;
    waiter.follow(at);
    if (waiter.isOver) isAnyOver = true;
    else at = waiter.at;
  }
  return isAnyOver;
}
