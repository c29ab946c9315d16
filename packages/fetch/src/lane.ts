import type { Clock } from '@breaking/core';
import { wakeAt } from '@breaking/core/internal';
import { type Patience, Queue } from './waiting.js';

/** A call that was sent, and whose head has not come yet. */
export interface Sent {
  /** How often its lane had been paused when it was sent. */
  readonly era: number;
}

/**
 * Holds the calls of one key back while the other side has no room for them.
 *
 * A pause stops all of them. After it one call goes alone, and the others follow what its head says: with `remaining` of a
 * quota, so many may be sent before another head comes, those under way counted; without, all of them. A call that brings
 * no head lets the next one try alone. So the end of a pause is no stampede, and a lane never stands still.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #queue: Queue;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;
  /** How many calls may be sent before another head comes. */
  #allowance = Number.POSITIVE_INFINITY;
  #era = 0;
  /** Calls of this era whose heads have not come. */
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#queue = new Queue(clock, () => this.#tryGo());
  }

  /** Seconds until the pause is over; 0 without one. */
  get pausedSecs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.secondsSinceEpoch());
  }

  /** Waits for this call's turn (undefined: it is now). Then {@link send} it. */
  enter(patience: Patience, refusal: () => Error): Promise<void> | undefined {
    // Whoever cannot wait for the end of the pause learns of it now.
    if (this.pausedSecs > patience.leftSecs) return Promise.reject(refusal());
    const turn = this.#queue.enter(patience, refusal);
    if (turn !== undefined) this.#wakeAfterPause();
    return turn?.finally(() => this.#queue.length === 0 && this.#cancelTimer?.());
  }

  /** The call whose turn it is goes out. */
  sent(): Sent {
    return { era: this.#era };
  }

  #tryGo(): boolean {
    if (this.pausedSecs > 0 || this.#allowance < 1) return false;
    this.#allowance -= 1;
    this.#underWay += 1;
    return true;
  }

  /** The head of a call has come. @param remaining how many more the other side would take, if it says so */
  heard({ era }: Sent, remaining = Number.POSITIVE_INFINITY): void {
    if (era !== this.#era) return;
    this.#underWay -= 1;
    this.#allow(Math.max(0, remaining - this.#underWay));
  }

  /** A call has brought no head, or was not made. */
  lost({ era }: Sent): void {
    if (era !== this.#era) return;
    this.#underWay -= 1;
    this.#allow(this.#allowance);
  }

  #allow(calls: number): void {
    // With nobody under way nobody would bring the head that the others wait for.
    this.#allowance = this.#underWay === 0 ? Math.max(1, calls) : calls;
    this.#queue.advance();
  }

  /** Sends nothing for so many seconds, then one call alone. A pause never shortens another. */
  pause(secs: number): void {
    const until = this.#clock.secondsSinceEpoch() + secs;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#era += 1;
    this.#underWay = 0;
    this.#allowance = 1;
    if (this.#queue.length > 0) this.#wakeAfterPause();
  }

  /** There is a timer only while somebody waits for the end of a pause. */
  #wakeAfterPause(): void {
    this.#cancelTimer?.();
    if (this.pausedSecs === 0) return;
    this.#cancelTimer = wakeAt(this.#clock, this.#pausedUntil, () => this.#queue.advance());
  }
}
