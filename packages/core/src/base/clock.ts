import { atLeast, finite } from './check.js';

/** A monotonic clock. Its epoch is arbitrary: only differences between two readings mean anything. */
export interface Clock {
  /** Seconds since the clock's epoch, with fractions. */
  secondsSinceEpoch(): number;
}

/**
 * The clock's reading. One that is no number would be kept as a moment that never passes.
 * @throws TypeError or RangeError for what is no finite number
 */
export function readingOf(clock: Clock): number {
  const reading = clock.secondsSinceEpoch();
  return Number.isFinite(reading) ? reading : finite('clock: secondsSinceEpoch()', reading);
}

/** The process's monotonic clock, `performance.now()`: no wall-clock step moves it. */
export class MonotonicClock implements Clock {
  secondsSinceEpoch(): number {
    return performance.now() / 1000;
  }
}

/** A clock that stands still until it is told to move: time for tests and simulations. */
export class MockClock implements Clock {
  #time: number;

  /** @param time the first reading, in seconds */
  constructor(time = 0) {
    this.#time = finite('MockClock: time', time);
  }

  /** The present reading, in seconds. */
  get time(): number {
    return this.#time;
  }

  secondsSinceEpoch(): number {
    return this.#time;
  }

  /**
   * Moves the clock forward.
   * @param secs seconds, at least 0
   * @throws RangeError for a negative or infinite step, or one past the last finite reading: a monotonic clock never
   *   goes backwards. The clock stays where it is then.
   */
  advanceBy(secs: number): void {
    atLeast('MockClock: advanceBy secs', finite('MockClock: advanceBy secs', secs), 0);
    this.#time = finite('MockClock: time', this.#time + secs);
  }
}
