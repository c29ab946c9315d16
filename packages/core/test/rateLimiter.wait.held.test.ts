import { MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { laterStore } from './laterStore.js';
import { turns } from './waitingCalls.js';

describe.each([
  ['memory', (memory: MemoryBucketStore) => memory],
  ['a server', laterStore],
])('callers that wait and that a store on %s does not count', (_where, asStore) => {
  function waiting() {
    const clock = new MockClock();
    const store = asStore(new MemoryBucketStore());
    const limits = { capacityMax: 2, restoreRateHz: 1 };
    const [limiter, other] = [1, 2].map(() => {
      return new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: 10 });
    }) as [RateLimiter, RateLimiter];
    const went: string[] = [];
    const call = async (name: string, cost: number, from = limiter) => {
      void from.wait('k', cost).then(() => went.push(`${name} at ${clock.time}`));
      await turns();
    };
    const pass = async (secs: number) => {
      clock.advanceBy(secs);
      await turns();
    };
    return { limiter, other, went, call, pass };
  }

  test('do not proceed during a block that comes after a reset, and keep their distances', async () => {
    const { limiter, went, call, pass } = waiting();
    await call('full', 2);
    await call('a', 1);
    await call('b', 1);
    await limiter.reset('k');
    await limiter.block('k', 5);
    await turns();
    await pass(5);
    await pass(1);
    expect(went).toEqual(['full at 0', 'a at 5', 'b at 6']);
  });

  test('since they take nothing, do not proceed during a block that becomes longer', async () => {
    const { limiter, went, call, pass } = waiting();
    await limiter.block('k', 1);
    await call('a', 0);
    await limiter.block('k', 5);
    await turns();
    await pass(4.5);
    expect(went).toEqual([]);
    await pass(0.5);
    expect(went).toEqual(['a at 5']);
  });

  test('after a shorter block, and behind others, do not proceed during the next block', async () => {
    const { limiter, other, went, call, pass } = waiting();
    await call('full', 2);
    await call('a', 1);
    await limiter.block('k', 3);
    await turns();
    await other.block('k', 0.5);
    await call('b', 2, other);
    await pass(2.25);
    await limiter.block('k', 0.5);
    await turns();
    expect(went).toEqual(['full at 0']);
    await pass(0.5);
    expect(went.slice(1)).toEqual(['a at 2.75']);
  });
});
