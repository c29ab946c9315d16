import { atLeast, finite } from './check.js';

/** A monotonic clock. Its epoch is arbitrary: only the difference between two readings has a meaning. */
export interface Clock {
  /** Seconds since the clock's epoch, with fractions. */
  secondsSinceEpoch(): number;
}

/**
 * The reading of a clock. It is checked, since NaN would be kept as a moment that never passes.
 * @throws TypeError or RangeError for a reading that is not a finite number
 */
export function readingOf(clock: Clock): number {
  const reading = clock.secondsSinceEpoch();
  return Number.isFinite(reading) ? reading : finite('clock: secondsSinceEpoch()', reading);
}

/** The monotonic clock of this process, `performance.now()`. Changes of the wall clock do not move it. */
export class MonotonicClock implements Clock {
  secondsSinceEpoch(): number {
    return performance.now() / 1000;
  }
}

/** A clock that stands still until it is moved, for tests and simulations. */
export class MockClock implements Clock {
  #time: number;

  /** @param time the first reading, in seconds */
  constructor(time = 0) {
    this.#time = finite('MockClock: time', time);
  }

  /** The current reading, in seconds. */
  get time(): number {
    return this.#time;
  }

  secondsSinceEpoch(): number {
    return this.#time;
  }

  /**
   * Moves the clock forward.
   * @param secs seconds, at least 0
   * @throws RangeError for a step that is negative or infinite, or that goes past the last finite reading. The clock does
   *   not move then.
   */
  advanceBy(secs: number): void {
    atLeast('MockClock: advanceBy secs', finite('MockClock: advanceBy secs', secs), 0);
    this.#time = finite('MockClock: time', this.#time + secs);
  }
}
