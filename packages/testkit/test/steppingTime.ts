import type { BucketStore } from '@breaking/core';
import type { StoreUnderTest } from '@breaking/testkit';

/** A store that counts by `now`, under a clock that goes where it is told to. */
export function inSteppingTime(store: BucketStore): StoreUnderTest {
  let time = 1000;
  return {
    store,
    clock: { secondsSinceEpoch: () => time },
    advanceBy(secs) {
      time += secs;
    },
    close() {},
  };
}
