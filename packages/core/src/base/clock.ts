import { asFunction, atLeast, finite } from './check.js';
import { outsideRequests } from './outsideRequests.js';

/** A monotonic clock. Its epoch is arbitrary: only the difference between two readings has a meaning. */
export interface Clock {
  /** Seconds since the clock's epoch, with fractions. */
  secondsSinceEpoch(): number;
  /**
   * Calls back once the reading is at least `secs`, and returns a function that cancels the callback. A clock without
   * this method is read again each time that a timer of the process fires.
   */
  wakeAt?(secs: number, callback: () => void): () => void;
}

/**
 * The reading of a clock. It is checked, since a NaN that is stored as a moment would never pass.
 * @throws TypeError or RangeError for a reading that is not a finite number
 */
export function readingOf(clock: Clock): number {
  const reading = clock.secondsSinceEpoch();
  return Number.isFinite(reading) ? reading : finite('clock: secondsSinceEpoch()', reading);
}

/** The longest delay of a timer, 2^31 − 1 milliseconds. A timer with a longer delay fires at once. */
const LONGEST_MS = 2_147_483_647;

/**
 * Calls back once a clock reads at least `secs`. Uses the clock's own `wakeAt`, or else a timer, after which it reads
 * the clock again. The timer keeps the process alive.
 * @returns a function that cancels the callback
 */
export function wakeAt(clock: Clock, secs: number, callback: () => void): () => void {
  if (clock.wakeAt !== undefined) return clock.wakeAt(secs, callback);
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const leftSecs = secs - readingOf(clock);
    if (!(leftSecs > 0)) callback();
    else timer = setTimeout(wait, Math.min(Math.ceil(leftSecs * 1000), LONGEST_MS));
  };
  outsideRequests(() => {
    timer = setTimeout(wait, Math.min(Math.max(1, Math.ceil((secs - readingOf(clock)) * 1000)), LONGEST_MS));
  });
  return () => clearTimeout(timer);
}

/** The monotonic clock of this process, `performance.now()`. Changes of the wall clock do not move it. */
export class MonotonicClock implements Clock {
  // Looks up the global `performance` each time, so that fake timers work. That costs 8 ns.
  secondsSinceEpoch(): number {
    return performance.now() / 1000;
  }
}

/** A clock that stands still until it is moved, for tests and simulations. */
export class MockClock implements Clock {
  #time: number;
  /** Callbacks in the order of their moments, and for one moment in the order of the calls. */
  readonly #sleepers: { readonly secs: number; readonly callback: () => void }[] = [];

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
   * Calls back from within {@link advanceBy}, once the clock reads `secs`. If that moment has already passed, with the
   * next advance.
   * @returns a function that cancels the callback
   */
  wakeAt(secs: number, callback: () => void): () => void {
    const sleeper = {
      secs: finite('MockClock: wakeAt secs', secs),
      callback: asFunction('MockClock: wakeAt callback', callback),
    };
    const later = this.#sleepers.findIndex(each => each.secs > secs);
    this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, sleeper);
    return () => {
      const at = this.#sleepers.indexOf(sleeper);
      if (at !== -1) this.#sleepers.splice(at, 1);
    };
  }

  /**
   * Moves the clock forward. It stops at each moment of {@link wakeAt} on the way and calls back, in the order of the
   * moments.
   * @param secs seconds, at least 0
   * @throws RangeError for a step that is negative or infinite, or that leads beyond the last finite reading. The clock
   *   then does not move.
   */
  advanceBy(secs: number): void {
    atLeast('MockClock: advanceBy secs', finite('MockClock: advanceBy secs', secs), 0);
    const target = finite('MockClock: time', this.#time + secs);
    for (let next = this.#sleepers[0]; next !== undefined && next.secs <= target; next = this.#sleepers[0]) {
      this.#sleepers.shift();
      this.#time = Math.max(this.#time, next.secs);
      next.callback();
    }
    this.#time = Math.max(this.#time, target);
  }
}
