import { createRequire } from 'node:module';
import {
  type BucketStore,
  DenyCacheBucketStore,
  FailoverBucketStore,
  MemoryBucketStore,
  perMinute,
  sourceOf,
} from '@breaking/core';
import { provokes } from '@breaking/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkRateLimit } from '../src/rateLimitOptions.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

provokes('BREAKING_STORE_FAILS');

const never = () => new Promise<never>(() => {});

/** A store that answers a peek and hangs on every check. */
function silent(): BucketStore {
  const memory = new MemoryBucketStore();
  const peek: BucketStore['peek'] = async (...args) => memory.peek(...args);
  return { check: never, peek, refund: never, reset: never };
}

/** After how many milliseconds the fallback decides for a store that has answered before. */
async function deadlineOf(store: BucketStore, storeDeadlineSecs?: number): Promise<number> {
  const { limiter } = checkRateLimit('rateLimit', { ...perMinute(1), name: 'api', store, storeDeadlineSecs });
  await limiter.peek('a');
  let source: string | undefined;
  Promise.resolve(limiter.check('a')).then(decision => {
    source = sourceOf(decision);
  });
  let waitedMs = 0;
  for (; source === undefined && waitedMs < 5000; waitedMs += 10) await vi.advanceTimersByTimeAsync(10);
  expect(source).toBe('local');
  return waitedMs;
}

test('a store has 50 ms to answer', async () => {
  expect(await deadlineOf(silent())).toBe(50);
});

test('storeDeadlineSecs overrides the deadline of any store', async () => {
  const failover = new FailoverBucketStore({ store: silent(), name: 'api', deadlineSecs: 1 });
  for (const store of [
    silent(),
    { ...silent(), deadlineSecs: 1 },
    failover,
    new DenyCacheBucketStore({ store: failover }),
  ]) {
    expect(await deadlineOf(store, 0.2)).toBe(200);
  }
});

test('storeDeadlineSecs is passed to a store that takes a deadline', () => {
  const told: number[] = [];
  const store: BucketStore = {
    ...silent(),
    withDeadline(secs) {
      told.push(secs);
      return silent();
    },
  };
  checkRateLimit('rateLimit', { ...perMinute(1), name: 'api', store, storeDeadlineSecs: 0.2 });
  expect(told).toEqual([0.2]);
});

test("a store's own deadline applies by default", async () => {
  expect(await deadlineOf({ ...silent(), deadlineSecs: 0.3 })).toBe(300);
});

test('a failover store of the application is used unchanged, with its own deadline', async () => {
  const store = new FailoverBucketStore({ store: silent(), name: 'api', deadlineSecs: 1 });
  expect(await deadlineOf(store)).toBe(1000);
});

test("a failover store behind the application's own deny cache is used unchanged too", async () => {
  const failover = new FailoverBucketStore({ store: silent(), name: 'api', deadlineSecs: 1 });
  expect(await deadlineOf(new DenyCacheBucketStore({ store: failover }))).toBe(1000);
});

test('stores from another copy of core are recognised', async () => {
  const another: typeof import('@breaking/core') = createRequire(import.meta.url)(
    '../../core/dist/cjs/index.js',
  );
  expect(another.FailoverBucketStore).not.toBe(FailoverBucketStore);
  const failover = new another.FailoverBucketStore({ store: silent(), name: 'api', deadlineSecs: 1 });
  const stores = [failover, new another.DenyCacheBucketStore({ store: failover })];
  for (const store of stores) expect(await deadlineOf(store)).toBe(1000);
  const memory = new another.MemoryBucketStore();
  const { limiter } = checkRateLimit('rateLimit', { ...perMinute(1), name: 'api', store: memory });
  expect(limiter.check('a')).toMatchObject({ allowed: true });
});

test('a store behind a deny cache alone has 50 ms', async () => {
  expect(await deadlineOf(new DenyCacheBucketStore({ store: silent() }))).toBe(50);
});

test('a subclass of MemoryBucketStore has 50 ms too', async () => {
  class Silent extends MemoryBucketStore {
    override check = never as never;
  }
  expect(await deadlineOf(new Silent())).toBe(50);
});

test('a MemoryBucketStore with a replaced method has 50 ms too', async () => {
  expect(await deadlineOf(Object.assign(new MemoryBucketStore(), { check: never }) as BucketStore)).toBe(50);
});

/** The decision and its source for each of three requests for one token, and how often the store was asked. */
async function threeRequests(wrapped: (store: BucketStore) => BucketStore) {
  const memory = new MemoryBucketStore();
  let asked = 0;
  const shared: BucketStore = {
    check: async (...args) => {
      asked += 1;
      return memory.check(...args);
    },
    peek: async (...args) => memory.peek(...args),
    refund: async (...args) => memory.refund(...args),
    reset: async key => memory.reset(key),
  };
  const { limiter } = checkRateLimit('rateLimit', {
    capacityMax: 1,
    restoreRateHz: 1e-6,
    name: 'api',
    store: wrapped(shared),
  });
  const sources: string[] = [];
  for (let request = 0; request < 3; request++) sources.push(sourceOf(await limiter.check('a')));
  return { sources, asked };
}

test.each<[string, (store: BucketStore) => BucketStore]>([
  ['a shared store', store => store],
  ['a failover of the application', store => new FailoverBucketStore({ store, name: 'api' })],
])('a key that %s refuses is refused again without a request to the store', async (_, wrapped) => {
  expect(await threeRequests(wrapped)).toEqual({ sources: ['store', 'store', 'denyCache'], asked: 2 });
});
