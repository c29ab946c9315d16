import {
  type BucketStore,
  type Decision,
  FailoverBucketStore,
  MemoryBucketStore,
  MockClock,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { describe, expect, it } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';

provokes('BREAKING_STORE_FAILS');

/** A store that works until it is switched off, and counts its operations. */
class Switched implements BucketStore {
  isDown = false;
  asked = 0;
  readonly #store = new MemoryBucketStore();

  async check(...args: Parameters<MemoryBucketStore['check']>): Promise<Decision> {
    return this.#working().check(...args);
  }

  async peek(...args: Parameters<MemoryBucketStore['peek']>): Promise<Decision> {
    return this.#working().peek(...args);
  }

  async refund(...args: Parameters<MemoryBucketStore['refund']>): Promise<void> {
    this.#working().refund(...args);
  }

  async reset(key: string): Promise<void> {
    this.#working().reset(key);
  }

  #working(): MemoryBucketStore {
    this.asked += 1;
    if (this.isDown) throw new Error('down');
    return this.#store;
  }
}

function failingOver(onStoreError: 'local' | 'allow' | 'deny' = 'local') {
  const clock = new MockClock();
  const store = new Switched();
  const limits = { capacityMax: 100, restoreRateHz: 0.001 };
  const failover = new FailoverBucketStore({ store, name: 'api', onStoreError });
  const limiter = new RateLimiter({ name: 'api', limits, store: failover, clock });
  return { clock, store, limiter };
}

async function tokensLeft(decision: Decision | Promise<Decision>): Promise<number | undefined> {
  return (await decision).limits[0]?.tokensLeft;
}

describe('a store that went down', () => {
  it('receives nothing after five errors, while decisions continue', async () => {
    const { store, limiter } = failingOver();
    store.isDown = true;
    for (let requests = 0; requests < 50; requests++) expect((await limiter.check('a')).allowed).toBe(true);
    expect(store.asked).toBe(5);
  });

  it('lets each key continue from its last known state', async () => {
    const { store, limiter } = failingOver();
    await limiter.check('a', 70);
    store.isDown = true;
    const decision = await limiter.check('a', 10);
    expect(sourceOf(decision)).toBe('local');
    expect(await tokensLeft(decision)).toBe(20);
    expect((await limiter.check('a', 21)).allowed).toBe(false);
    expect(await tokensLeft(limiter.check('b'))).toBe(99);
  });

  it('receives single operations again, and decides again from its own buckets', async () => {
    const { clock, store, limiter } = failingOver();
    await limiter.check('a', 10);
    store.isDown = true;
    for (let requests = 0; requests < 20; requests++) await limiter.check('a');
    store.isDown = false;
    expect(sourceOf(await limiter.check('a'))).toBe('local');
    clock.advanceBy(0.5);
    const asked = store.asked;
    const decision = await limiter.check('a');
    expect(store.asked).toBe(asked + 1);
    expect(sourceOf(decision)).toBe('store');
    expect(await tokensLeft(decision)).toBe(89);
  });

  it('starts the next outage from what it said last, not from the buckets of this one', async () => {
    const { clock, store, limiter } = failingOver();
    store.isDown = true;
    for (let requests = 0; requests < 20; requests++) await limiter.check('a');
    store.isDown = false;
    clock.advanceBy(0.5);
    expect(await tokensLeft(limiter.check('a'))).toBe(99);
    store.isDown = true;
    expect(await tokensLeft(limiter.check('a'))).toBe(98);
  });

  it.each([
    ['allow', true],
    ['deny', false],
  ] as const)('receives nothing with %s either', async (onStoreError, allowed) => {
    const { store, limiter } = failingOver(onStoreError);
    store.isDown = true;
    for (let requests = 0; requests < 50; requests++)
      expect((await limiter.check('a')).allowed).toBe(allowed);
    expect(store.asked).toBe(5);
  });

  it.each<[string, (limiter: RateLimiter<BucketStore>) => void | Promise<void>]>([
    ['reset', limiter => limiter.reset('a')],
    ['refund', limiter => limiter.refund('a', 10)],
  ])('gets the first %s after its outage, even without a check before it', async (_, operate) => {
    const { clock, store, limiter } = failingOver();
    await limiter.check('a', 10);
    store.isDown = true;
    for (let requests = 0; requests < 20; requests++) await limiter.check('b');
    store.isDown = false;
    clock.advanceBy(60);
    const asked = store.asked;
    await operate(limiter);
    expect(store.asked).toBe(asked + 1);
    expect(await tokensLeft(limiter.peek('a'))).toBe(100);
  });

  it('receives no refunds and resets while its breaker is open', async () => {
    const { store, limiter } = failingOver();
    store.isDown = true;
    for (let requests = 0; requests < 5; requests++) await limiter.check('a');
    await limiter.refund('a');
    await limiter.reset('b');
    expect(store.asked).toBe(5);
    expect(await tokensLeft(limiter.peek('a'))).toBe(96);
  });
});
