import type { BucketStore } from '@breaking/core';
import type { StoreUnderTest } from '@breaking/testkit';

/** A store that uses `now`, with a clock that can be set to any time. */
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
