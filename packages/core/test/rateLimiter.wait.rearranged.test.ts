import { MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import { expect, test } from 'vitest';
import { laterStore } from './laterStore.js';

const turns = async () => {
  for (let i = 0; i < 20; i++) await undefined;
};

test.each([
  ['memory', (memory: MemoryBucketStore) => memory],
  ['a server', laterStore],
])(
  'callers that move up, and that another process has blocked, keep their tokens in a store on %s',
  async (_where, asStore) => {
    const clock = new MockClock();
    const store = asStore(new MemoryBucketStore());
    const limits = { capacityMax: 1, restoreRateHz: 1 };
    const [here, there] = [1, 2].map(
      () => new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: 10 }),
    );
    const went: number[] = [];
    const wait = async (limiter: RateLimiter | undefined, signal?: AbortSignal) => {
      void limiter?.wait('k', 1, { signal }).then(
        () => went.push(clock.time),
        () => {},
      );
      await turns();
    };
    const controller = new AbortController();
    await wait(here);
    await wait(here);
    await wait(here, controller.signal);
    for (let i = 0; i < 8; i++) await wait(here);
    await there?.block('k', 5);
    controller.abort();
    await turns();
    for (let i = 0; i < 40; i++) {
      clock.advanceBy(0.5);
      await turns();
      await wait(there);
    }
    const [, ...later] = went;
    expect(later).toEqual(later.map((_, i) => 6 + i));
  },
);
