import type { BucketStore, Clock } from '@breaking/core';

/** A store, empty, and the time that it lives in. */
export interface StoreUnderTest {
  readonly store: BucketStore;
  /** Read before every operation: its reading is the `now` that the store is given. */
  readonly clock: Clock;
  /**
   * Moves time, for the clock and for the store, whichever it counts by; nobody waits for it.
   * @param secs seconds; below 0 the clock steps back. A store that counts in steps may round it up to the next one, if
   *   that is a whole microsecond or less
   */
  advanceBy(secs: number): void | Promise<void>;
  /** Lets go of what was opened. */
  close(): void | Promise<void>;
}
