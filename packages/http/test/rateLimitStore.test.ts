import { type BucketStore, FailoverBucketStore, MemoryBucketStore, sourceOf } from '@breaking/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkRateLimit } from '../src/rateLimitOptions.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => {});
const silent: BucketStore = { check: never, peek: never, refund: never, reset: never };

/** After how many milliseconds somebody stands in for the store. */
async function deadlineOf(store: BucketStore): Promise<number> {
  const { limiter } = checkRateLimit('rateLimit', { capacityMax: 1, restoreRateHz: 1, name: 'api', store });
  let source: string | undefined;
  Promise.resolve(limiter.check('a')).then(decision => {
    source = sourceOf(decision);
  });
  let waitedMs = 0;
  for (; source === undefined && waitedMs < 5000; waitedMs += 10) await vi.advanceTimersByTimeAsync(10);
  expect(source).toBe('local');
  return waitedMs;
}

test('a store has 50 ms for an answer', async () => {
  expect(await deadlineOf(silent)).toBe(50);
});

test('a failover of the application is used as it is, with its own deadline', async () => {
  const store = new FailoverBucketStore({ store: silent, name: 'api', deadlineSecs: 1 });
  expect(await deadlineOf(store)).toBe(1000);
});

test('a store that only extends our memory has 50 ms too', async () => {
  class Silent extends MemoryBucketStore {
    override check = never as never;
  }
  expect(await deadlineOf(new Silent())).toBe(50);
});

test('our memory with a method replaced has 50 ms too', async () => {
  expect(await deadlineOf(Object.assign(new MemoryBucketStore(), { check: never }) as BucketStore)).toBe(50);
});
