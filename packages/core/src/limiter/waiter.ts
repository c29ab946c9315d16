import { whenAborted } from '../base/abort.js';
import { type Cost, longestWait } from '../bucket/debt.js';
import { debtsAfter, refusedFor } from '../bucket/decided.js';
import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import type { Reservation, Want } from '../store/reservation.js';
import { StoreUnavailable, TooManyRequests } from './errors.js';

/** A caller that waits for tokens. */
export class Waiter implements Want {
  readonly limits: readonly Limit[];
  readonly cost: Cost;
  readonly maxWaitSecs: number;
  readonly latest: number;
  readonly answer: Promise<Decision>;
  /** What the store has promised; undefined until it answers. */
  reservation: Reservation | undefined;
  /** The moment at which it goes on; -Infinity while that is not known. */
  at = -Infinity;
  /** Whether it has gone on, was refused or has given up. */
  isOver = false;
  /** The moment that the store has promised. */
  #promisedAt = -Infinity;
  /** By how much shorter blocks have moved it back, if it cannot be promised another moment: at most 0. */
  #backSecs = 0;
  readonly #publish: (decision: Decision) => void;
  #resolve: (decision: Decision) => void = () => {};
  #reject: (reason: unknown) => void = () => {};
  #stopListening = () => {};

  /**
   * @param latest the moment beyond which no block may move it
   * @param publish tells those who listen of the decision, right before the caller hears of it. They may call the limiter
   */
  constructor({ limits, cost, maxWaitSecs }: Want, latest: number, publish: (decision: Decision) => void) {
    this.limits = limits;
    this.cost = cost;
    this.maxWaitSecs = maxWaitSecs;
    this.latest = latest;
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
   * Takes the store's promise. It does not go on before the one ahead.
   * @param laterSecs how much later than the store says it may have been asked
   */
  accept(reservation: Reservation, laterSecs: number, momentAhead: number): void {
    this.reservation = reservation;
    this.#promisedAt = reservation.at + laterSecs;
    this.at = Math.max(this.#promisedAt, momentAhead);
  }

  /** Takes another promise, now that one ahead has gone. It never goes on later than it was promised at first. */
  moveUp(reservation: Reservation, laterSecs: number): void {
    const { at } = this;
    this.accept(reservation, laterSecs, -Infinity);
    this.at = Math.min(this.at, at);
    this.#backSecs = 0;
  }

  /**
   * Moves by so much: beyond its latest moment, or without end, it is refused. If that is earlier, it {@link goBack goes back}
   * unless it can be promised another moment.
   */
  move(laterSecs: number, now: number): void {
    if (laterSecs < 0) this.#backSecs += laterSecs;
    else this.at += laterSecs;
    const isTooLate = laterSecs > 0 && this.at > this.latest;
    if (isTooLate || this.at === Infinity) this.refuse(this.#refusalFor(this.at - now, true));
  }

  /** Moves to where shorter blocks have moved it. */
  goBack(): void {
    this.at += this.#backSecs;
    this.#backSecs = 0;
  }

  /** The refusal of one that would wait too long for the one ahead. */
  refusalAt(askedAt: number): Decision | undefined {
    const { at } = this;
    const waitSecs = at - askedAt;
    if (at === this.#promisedAt) return undefined;
    return waitSecs > longestWait(this.maxWaitSecs) ? this.#refusalFor(waitSecs, false) : undefined;
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
    // A decision without a store lists no limits.
    const owed = debtsAfter((this.reservation as Reservation).decision);
    const debts = this.limits.map((_, i) => owed[i] ?? 0);
    return refusedFor(this.limits, debts, this.cost, waitSecs, blocked);
  }
}
