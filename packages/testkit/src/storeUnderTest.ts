import type { BucketStore, Clock } from '@breaking/core';

/** An empty store, and its clock. */
export interface StoreUnderTest {
  readonly store: BucketStore;
  /** Read before every operation: its reading is passed to the store as `now`. */
  readonly clock: Clock;
  /**
   * Moves the time of the clock and of the store, without a delay.
   * @param secs seconds; a negative number makes the clock step back. A store that counts in steps may round it up to the
   *   next step, if a step is a whole microsecond or less
   */
  advanceBy(secs: number): void | Promise<void>;
  /** Closes the store. */
  close(): void | Promise<void>;
}
