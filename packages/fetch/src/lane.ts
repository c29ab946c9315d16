import type { Clock } from '@breaking/core';
import { isThenable, wakeAt } from '@breaking/core/internal';
import { type Patience, Queue } from './waiting.js';

/** A call that was sent, and whose head has not arrived yet. All calls between two pauses have the same value. */
export type Sent = symbol;

/**
 * Holds back the calls of one key while the other side has no room for them.
 *
 * A pause stops all calls. After it, one call is sent alone, and its head decides about the others: if it shows `remaining`
 * of a quota, that many may be sent before the next head, including those under way; otherwise all. If a call ends without a
 * head, the next call is sent alone. So the calls are not sent all at once after a pause, and never wait for ever.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #queue: Queue<Sent>;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  /** How many calls may be sent before the next head. */
  #allowance = Number.POSITIVE_INFINITY;
  /** When the other side has room again, whatever its last head said. */
  #allowanceEnd = Number.POSITIVE_INFINITY;
  #sent: Sent = Symbol('sent');
  /** Calls since the last pause whose heads have not arrived. */
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#queue = new Queue(clock, () => this.#tryGo());
  }

  /** Seconds until the end of the pause; 0 if there is none. */
  get pausedSecs(): number {
    if (this.#pausedUntil === Number.NEGATIVE_INFINITY) return 0;
    return Math.max(0, this.#pausedUntil - this.#clock.secondsSinceEpoch());
  }

  /**
   * Waits for this call's turn, and counts it as sent. Call {@link heard} or {@link lost} at its end.
   * @param refusal makes the error for a caller that would wait too long
   */
  enter(patience: Patience, refusal: () => Error): Sent | Promise<Sent> {
    // A caller that cannot wait until the end of the pause is refused now.
    if (this.pausedSecs > patience.leftSecs) return Promise.reject(refusal());
    const turn = this.#queue.enter(patience, refusal);
    if (!isThenable(turn)) return turn;
    this.#wakeLater();
    return turn.finally(() => this.#queue.length === 0 && this.#cancelTimer?.());
  }

  #tryGo(): Sent | undefined {
    if (this.pausedSecs > 0) return undefined;
    if (this.#allowance < 1) {
      if (this.#clock.secondsSinceEpoch() < this.#allowanceEnd) return undefined;
      this.#allowance = Number.POSITIVE_INFINITY;
    }
    this.#allowance -= 1;
    this.#underWay += 1;
    return this.#sent;
  }

  /**
   * Records that the head of a call arrived.
   * @param remaining how many more calls the other side accepts, if that is known
   * @param resetSecs seconds until it accepts more, if that is known
   */
  heard(sent: Sent, remaining = Number.POSITIVE_INFINITY, resetSecs = Number.POSITIVE_INFINITY): void {
    if (sent !== this.#sent) return;
    this.#underWay -= 1;
    this.#allowanceEnd = this.#clock.secondsSinceEpoch() + resetSecs;
    this.#allow(Math.max(0, remaining - this.#underWay));
    if (this.#queue.length > 0) this.#wakeLater();
  }

  /** Records that a call ended without a head, or was not made. */
  lost(sent: Sent): void {
    if (sent !== this.#sent) return;
    this.#underWay -= 1;
    this.#allow(this.#allowance);
  }

  #allow(calls: number): void {
    // If no call were under way, no head would arrive, and the others would wait for ever.
    this.#allowance = this.#underWay === 0 ? Math.max(1, calls) : calls;
    this.#queue.advance();
  }

  /**
   * Sends no call for `secs`, then one call alone. A pause never shortens an earlier one.
   * @returns whether it ends later than an earlier pause
   */
  pause(secs: number): boolean {
    const until = this.#clock.secondsSinceEpoch() + secs;
    if (until <= this.#pausedUntil) return false;
    this.#pausedUntil = until;
    this.#sent = Symbol('sent');
    this.#underWay = 0;
    this.#allowance = 1;
    this.#allowanceEnd = Number.POSITIVE_INFINITY;
    if (this.#queue.length > 0) this.#wakeLater();
    return true;
  }

  /** There is a timer only while somebody waits for the end of a pause, or for a quota to be reset. */
  #wakeLater(): void {
    this.#cancelTimer?.();
    const at = this.pausedSecs > 0 ? this.#pausedUntil : this.#allowanceEnd;
    if (Number.isFinite(at)) this.#cancelTimer = wakeAt(this.#clock, at, () => this.#queue.advance());
  }
}
