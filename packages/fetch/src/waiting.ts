import type { Clock } from '@breaking/core';
import { wakeAt, whenAborted } from '@breaking/core/internal';

/** How long one call may wait, for all of its attempts together, and what ends its waiting early. */
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

  /** Waits for something, and takes the time that passes meanwhile from what is left. */
  async spendOn<T>(something: PromiseLike<T>): Promise<T> {
    const since = this.#clock.secondsSinceEpoch();
    try {
      return await something;
    } finally {
      this.#leftSecs -= Math.max(0, this.#clock.secondsSinceEpoch() - since);
    }
  }
}

/** Somebody who waits at a {@link Queue}. */
interface Waiter {
  readonly pass: () => void;
}

/** Callers who wait for something that comes one by one: first come, first served. */
export class Queue {
  readonly #clock: Clock;
  readonly #tryPass: () => boolean;
  readonly #waiting = new Set<Waiter>();

  /** @param tryPass lets one pass if that is possible now, and says whether it did */
  constructor(clock: Clock, tryPass: () => boolean) {
    this.#clock = clock;
    this.#tryPass = tryPass;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Passes at once (undefined), or waits.
   * @param refusal makes what a caller rejects with whose patience ends
   * @throws (rejects with) the reason of the patience's signal
   */
  enter(patience: Patience, refusal: () => Error): Promise<void> | undefined {
    if (this.#waiting.size === 0 && this.#tryPass()) return undefined;
    return patience.spendOn(this.#wait(patience, refusal));
  }

  #wait({ leftSecs, signal }: Patience, refusal: () => Error): Promise<void> {
    if (leftSecs <= 0) return Promise.reject(refusal());
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        cancelTimer();
        stopListening?.();
      };
      const waiter: Waiter = {
        pass: () => {
          leave();
          resolve();
        },
      };
      const give = (error: unknown) => {
        leave();
        reject(error);
      };
      const stopListening = signal && whenAborted(signal, () => give(signal.reason));
      const cancelTimer = wakeAt(this.#clock, this.#clock.secondsSinceEpoch() + leftSecs, () =>
        give(refusal()),
      );
      this.#waiting.add(waiter);
    });
  }

  /** Lets pass as many as possible now, in their order. */
  advance(): void {
    for (const waiter of this.#waiting) {
      if (!this.#tryPass()) return;
      waiter.pass();
    }
  }
}

/**
 * Resolves at a moment of the clock.
 * @throws (rejects with) the signal's reason if it aborts before
 */
export function sleepUntil(clock: Clock, secs: number, signal: AbortSignal | undefined): Promise<void> {
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
