import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type BucketStore,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  MemoryBucketStore,
} from '@breaking/core';
import { expect, test } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const LIMITS = [{ name: 'only', capacityMax: 1000, restoreRateHz: 1 }];
const context = new AsyncLocalStorage<object>();

/** Uses a store within the async context of a request, to which only the storage refers. */
async function askedInRequest(store: BucketStore): Promise<WeakRef<object>> {
  const request = { body: 'large' };
  await context.run(request, async () => {
    for (let i = 0; i < 20; i++) await store.check('key', LIMITS, 1, i / 1000);
    await store.refund('key', LIMITS, 1, 1);
    await store.peek('key', LIMITS, 1, 1);
  });
  return new WeakRef(request);
}

const memory = () => new MemoryBucketStore();
const promising = (): BucketStore => {
  const store = memory();
  return {
    check: async (...args) => store.check(...args),
    peek: async (...args) => store.peek(...args),
    refund: async (...args) => store.refund(...args),
    reset: async key => store.reset(key),
  };
};

test.each<[string, BucketStore]>([
  ['leases', new LeaseBucketStore({ store: promising(), tokens: 100 })],
  ['a failover', new FailoverBucketStore({ store: promising(), name: 'api' })],
  ['a deny cache', new DenyCacheBucketStore({ store: promising() })],
  ['the memory store', memory()],
])('nothing of the async context of a request that is over is kept by %s', async (_, store) => {
  // A storage is then already in use when the store makes its timer.
  await context.run({}, nextTurn);
  const request = await askedInRequest(store);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  collectGarbage();
  expect(request.deref()).toBeUndefined();
  await (store instanceof LeaseBucketStore && store.close());
});
