import type { Clock } from '@breaking/core';
import { isThenable, wakeAt } from '@breaking/core/internal';
import { type Patience, Queue } from './waiting.js';

/** A call that was sent, and whose head has not come yet. It is the same for all calls between two pauses. */
export type Sent = symbol;

/**
 * Holds the calls of one key back while the other side has no room for them.
 *
 * A pause stops all of them. After it one call goes alone, and the others follow what its head says: with `remaining` of a
 * quota, so many may be sent before another head comes, those under way counted; without, all of them. A call that brings
 * no head lets the next one try alone. So the end of a pause is no stampede, and a lane never stands still.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #queue: Queue<Sent>;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  /** How many calls may be sent before another head comes. */
  #allowance = Number.POSITIVE_INFINITY;
  #sent: Sent = Symbol('sent');
  /** Calls since the last pause whose heads have not come. */
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#queue = new Queue(clock, () => this.#tryGo());
  }

  /** Seconds until the pause is over; 0 without one. */
  get pausedSecs(): number {
    if (this.#pausedUntil === Number.NEGATIVE_INFINITY) return 0;
    return Math.max(0, this.#pausedUntil - this.#clock.secondsSinceEpoch());
  }

  /**
   * Waits for this call's turn, and counts it as sent. It must end with {@link heard} or {@link lost}.
   * @param refusal makes what a caller rejects with whose patience ends
   */
  enter(patience: Patience, refusal: () => Error): Sent | Promise<Sent> {
    // Whoever cannot wait for the end of the pause learns of it now.
    if (this.pausedSecs > patience.leftSecs) return Promise.reject(refusal());
    const turn = this.#queue.enter(patience, refusal);
    if (!isThenable(turn)) return turn;
    this.#wakeAfterPause();
    return turn.finally(() => this.#queue.length === 0 && this.#cancelTimer?.());
  }

  #tryGo(): Sent | undefined {
    if (this.#allowance < 1 || this.pausedSecs > 0) return undefined;
    this.#allowance -= 1;
    this.#underWay += 1;
    return this.#sent;
  }

  /** The head of a call has come. @param remaining how many more the other side would take, if it says so */
  heard(sent: Sent, remaining = Number.POSITIVE_INFINITY): void {
    if (sent !== this.#sent) return;
    this.#underWay -= 1;
    this.#allow(Math.max(0, remaining - this.#underWay));
  }

  /** A call has brought no head, or was not made. */
  lost(sent: Sent): void {
    if (sent !== this.#sent) return;
    this.#underWay -= 1;
    this.#allow(this.#allowance);
  }

  #allow(calls: number): void {
    // With nobody under way nobody would bring the head that the others wait for.
    this.#allowance = this.#underWay === 0 ? Math.max(1, calls) : calls;
    this.#queue.advance();
  }

  /**
   * Sends nothing for so many seconds, then one call alone. A pause never shortens another.
   * @returns whether it is longer than one that there is
   */
  pause(secs: number): boolean {
    const until = this.#clock.secondsSinceEpoch() + secs;
    if (until <= this.#pausedUntil) return false;
    this.#pausedUntil = until;
    this.#sent = Symbol('sent');
    this.#underWay = 0;
    this.#allowance = 1;
    if (this.#queue.length > 0) this.#wakeAfterPause();
    return true;
  }

  /** There is a timer only while somebody waits for the end of a pause. */
  #wakeAfterPause(): void {
    this.#cancelTimer?.();
    if (this.pausedSecs === 0) return;
    this.#cancelTimer = wakeAt(this.#clock, this.#pausedUntil, () => this.#queue.advance());
  }
}
