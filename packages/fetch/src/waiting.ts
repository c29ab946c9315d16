import type { Clock } from '@breaking/core';
import { wakeAt, whenAborted } from '@breaking/core/internal';

/** How long one call may wait, for all of its attempts together, and the signal that ends its waiting early. */
export class Patience {
  readonly signal: AbortSignal | undefined;
  readonly #clock: Clock;
  #leftSecs: number;

  constructor(clock: Clock, secs: number, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#leftSecs = secs;
    this.signal = signal;
  }

  /** Seconds that may still be waited. */
  get leftSecs(): number {
    return this.#leftSecs;
  }

  /** Subtracts the time since a moment of the clock. */
  spendSince(secs: number): void {
    const passedSecs = Math.max(0, this.#clock.secondsSinceEpoch() - secs);
    this.#leftSecs = Math.max(0, this.#leftSecs - passedSecs);
  }
}

/** A caller that waits in a {@link Queue}. */
type Waiter<T> = (passage: T) => void;

/** Callers that wait for something that becomes free one by one: first come, first served. */
export class Queue<T> {
  readonly #clock: Clock;
  readonly #tryPass: () => T | undefined;
  readonly #waiting = new Set<Waiter<T>>();

  /** @param tryPass lets one caller pass if that is possible now, else returns undefined */
  constructor(clock: Clock, tryPass: () => T | undefined) {
    this.#clock = clock;
    this.#tryPass = tryPass;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Passes at once, or waits.
   * @param refusal makes the error for a caller whose patience ends
   * @throws (rejects with) the reason of the patience's signal
   */
  enter(patience: Patience, refusal: () => Error): T | Promise<T> {
    const passage = this.#waiting.size === 0 ? this.#tryPass() : undefined;
    return passage ?? this.#wait(patience, refusal);
  }

  #wait(patience: Patience, refusal: () => Error): Promise<T> {
    const { leftSecs, signal } = patience;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (leftSecs <= 0) return Promise.reject(refusal());
    const since = this.#clock.secondsSinceEpoch();
    return new Promise((resolve, reject) => {
      const leave = () => {
        patience.spendSince(since);
        this.#waiting.delete(pass);
        cancelTimer();
        stopListening?.();
      };
      const pass = (passage: T) => {
        leave();
        resolve(passage);
      };
      const give = (error: unknown) => {
        leave();
        reject(error);
      };
      const stopListening = signal && whenAborted(signal, () => give(signal.reason));
      const cancelTimer = wakeAt(this.#clock, since + leftSecs, () => give(refusal()));
      this.#waiting.add(pass);
    });
  }

  /** Lets as many callers pass as is possible now, in order. */
  advance(): void {
    for (const pass of this.#waiting) {
      const passage = this.#tryPass();
      if (passage === undefined) return;
      pass(passage);
    }
  }
}

/**
 * Resolves at a moment of the clock.
 * @throws (rejects with) the signal's reason if it aborts before
 */
export function sleepUntil(clock: Clock, secs: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const cancel = wakeAt(clock, secs, () => {
      stopListening?.();
      resolve();
    });
    const stopListening =
      signal &&
      whenAborted(signal, () => {
        cancel();
        reject(signal.reason);
      });
  });
}
