import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BucketStore,
  type Decision,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  type LeaseOptions,
  type Limit,
  type Limits,
  MemoryBucketStore,
  MockClock,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';

provokes('BREAKING_STORE_FAILS');
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A store over a network. It carries out operations in order, and answers in the next turn of the event loop. */
class Shared implements BucketStore {
  /** Each operation that it received, with its key and its tokens. */
  readonly heard: string[] = [];
  mostAtOnce = 0;
  isDown = false;
  readonly #memory = new MemoryBucketStore();
  readonly #onTheirWay = new Map<string, number>();

  check(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#travel(key, `check ${cost}`, () => this.#memory.check(key, limits, cost, now));
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Promise<Decision> {
    return this.#travel(key, `peek ${cost}`, () => this.#memory.peek(key, limits, cost, now));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): Promise<void> {
    return this.#travel(key, `refund ${n}`, () => this.#memory.refund(key, limits, n, now));
  }

  reset(key: string): Promise<void> {
    return this.#travel(key, 'reset', () => this.#memory.reset(key));
  }

  async #travel<T>(key: string, operation: string, operate: () => T): Promise<T> {
    this.heard.push(operation);
    const onTheirWay = (this.#onTheirWay.get(key) ?? 0) + 1;
    this.#onTheirWay.set(key, onTheirWay);
    this.mostAtOnce = Math.max(this.mostAtOnce, onTheirWay);
    try {
      if (this.isDown) throw new Error('down');
      const answer = operate();
      await nextTurn();
      return answer;
    } finally {
      this.#onTheirWay.set(key, (this.#onTheirWay.get(key) as number) - 1);
    }
  }
}

const MANY = { capacityMax: 1000, restoreRateHz: 0.001 };

/** A process with leases whose store has proved to be fast, and a process without leases on the same store. */
async function leased(tokens: number, limits: Limits = MANY, shared = new Shared(), clock = new MockClock()) {
  const store = new LeaseBucketStore({ store: shared, tokens });
  const limiter = new RateLimiter({ name: 'api', limits, store, clock });
  const elsewhere = new RateLimiter({ name: 'api', limits, store: shared, clock });
  for (let request = 0; request < 2; request++) await limiter.check('another');
  await nextTurn();
  await limiter.reset('another');
  await vi.advanceTimersByTimeAsync(500);
  shared.heard.length = 0;
  shared.mostAtOnce = 0;
  return { clock, shared, store, limiter, elsewhere };
}

const leftOf = ({ limits }: Decision) => limits.map(limit => limit.tokensLeft);
const left = async (limiter: RateLimiter<BucketStore>, key = 'a') => leftOf(await limiter.peek(key));

/** Requests one token so many times, one after another. @returns how many were allowed */
async function allowed(limiter: RateLimiter<BucketStore>, requests: number, key = 'a'): Promise<number> {
  let count = 0;
  for (let request = 0; request < requests; request++) if ((await limiter.check(key)).allowed) count += 1;
  return count;
}

describe('a hot key', () => {
  test('takes one round trip for many decisions: the next batch when half is gone, up to twice as much', async () => {
    const { shared, limiter } = await leased(50);
    expect(await allowed(limiter, 163)).toBe(163);
    expect(shared.heard).toEqual([1, 2, 4, 6, 12, 24, 34, 25, 27, 25, 27, 25].map(n => `check ${n}`));
  });

  test("is answered at once from the tokens held, with the source 'lease'", async () => {
    const { limiter } = await leased(50);
    const sources = [];
    for (let request = 0; request < 7; request++) sources.push(sourceOf(await limiter.check('a')));
    expect(sources).toEqual(['store', 'lease', 'lease', 'lease', 'lease', 'lease', 'lease']);
    await nextTurn();
    expect(limiter.check('a')).not.toBeInstanceOf(Promise);
  });

  test('makes the decision that the store would have made', async () => {
    const limits = {
      burst: { capacityMax: 100, restoreRateHz: 4 },
      daily: { capacityMax: 500, restoreRateHz: 0.5 },
    };
    const { clock, limiter } = await leased(10, limits);
    const plain = new RateLimiter({ limits, clock });
    for (let request = 0; request < 400; request++) {
      const cost = 1 + (request % 3);
      const [decision, expected] = [await limiter.check('a', cost), plain.check('a', cost)];
      expect(leftOf(decision)).toEqual(leftOf(expected));
      expect(decision.violated).toEqual(expected.violated);
      expect(decision.retryAfterSecs).toBeCloseTo(expected.retryAfterSecs, 9);
      expect(leftOf(await limiter.peek('a'))).toEqual(leftOf(plain.peek('a')));
      clock.advanceBy(1 / 64);
    }
  });

  test('serves all callers that wait at the same time in one round trip, even with more than the lease', async () => {
    const { shared, limiter } = await leased(50);
    await limiter.check('a');
    const decisions = await Promise.all(Array.from({ length: 200 }, () => limiter.check('a')));
    expect(decisions.every(decision => decision.allowed)).toBe(true);
    expect(decisions.map(leftOf)).toEqual(Array.from({ length: 200 }, (_, i) => [998 - i]));
    expect(shared.heard).toEqual(['check 1', 'check 200']);
    expect(shared.mostAtOnce).toBe(1);
  });

  test('is leased far below its limit too, if its bucket is full again before the batch is used', async () => {
    const { clock, shared, limiter } = await leased(50, { capacityMax: 1000, restoreRateHz: 1e6 });
    for (let request = 0; request < 1000; request++) {
      expect(leftOf(await limiter.check('a'))[0]).toBeGreaterThanOrEqual(999);
      clock.advanceBy(1 / 1024);
    }
    expect(shared.heard.length).toBeLessThan(60);
  });

  test('does not wait for another key', async () => {
    const { shared, limiter } = await leased(50);
    await Promise.all([limiter.check('a'), limiter.check('b'), limiter.check('c')]);
    expect(shared.heard).toEqual(['check 1', 'check 1', 'check 1']);
  });

  test('never holds more than the lease, whatever the costs are', async () => {
    const { shared, limiter, elsewhere } = await leased(7);
    let taken = 0;
    for (let request = 0; request < 100; request++) {
      const cost = 1 + ((request * 5) % 9);
      await limiter.check('a', cost);
      taken += cost;
      const held = 1000 - taken - ((await left(elsewhere))[0] as number);
      expect(held).toBeGreaterThanOrEqual(0);
      expect(held).toBeLessThanOrEqual(7);
    }
    expect(shared.heard).toContain('check 9');
  });
});

describe('a cold key', () => {
  test('holds nothing: five requests a second are five round trips', async () => {
    const { clock, shared, limiter, elsewhere } = await leased(50);
    for (let request = 1; request <= 20; request++) {
      await limiter.check('a');
      clock.advanceBy(0.2);
      expect(await left(elsewhere)).toEqual([1000 - request]);
    }
    expect(shared.heard.filter(each => each === 'check 1')).toHaveLength(20);
  });

  test('holds no more than it uses in a tenth of a second, also when it was hot before', async () => {
    const { clock, shared, limiter, elsewhere } = await leased(50);
    const atRate = async (perSec: number, requests: number) => {
      shared.heard.length = 0;
      for (let request = 0; request < requests; request++) {
        await limiter.check('a');
        clock.advanceBy(1 / perSec);
      }
      return held();
    };
    const expectWithin = (n: number, least: number, most: number) => {
      expect(n).toBeGreaterThanOrEqual(least);
      expect(n).toBeLessThanOrEqual(most);
    };
    const held = async () => ((await left(limiter))[0] as number) - ((await left(elsewhere))[0] as number);
    expectWithin(await atRate(2048, 200), 25, 50);
    expectWithin(await atRate(128, 200), 6, 13);
    expectWithin(await atRate(32, 200), 1, 4);
    expect(await atRate(4, 20)).toBe(0);
  });
});

describe('if a batch does not fit', () => {
  test('smaller ones are taken, and no request is refused that the store would allow', async () => {
    const limits = { capacityMax: 100, restoreRateHz: 0.001 };
    const { limiter, elsewhere } = await leased(50, limits);
    expect(await allowed(limiter, 40)).toBe(40);
    const there = (await left(elsewhere))[0] as number;
    expect(await allowed(elsewhere, there - 1)).toBe(there - 1);
    expect(await allowed(limiter, 100)).toBe(60 - (there - 1));
    expect(await left(elsewhere)).toEqual([0]);
  });

  test('scarce tokens are not held, so that other processes get them', async () => {
    const limits = { capacityMax: 10, restoreRateHz: 0.001 };
    const { shared, limiter, elsewhere } = await leased(50, limits);
    expect(await allowed(limiter, 8)).toBe(8);
    // A process never holds more than half of what the store has.
    expect(shared.heard).toEqual(['check 1', 'check 2', 'check 3', 'check 2']);
    expect(await allowed(elsewhere, 2)).toBe(2);
  });

  test('requests ask the store one by one, at once, and get what there is', async () => {
    const limits = { capacityMax: 20, restoreRateHz: 0.001 };
    const { shared, limiter } = await leased(50, limits);
    await limiter.check('a');
    const decisions = await Promise.all(Array.from({ length: 64 }, () => limiter.check('a')));
    expect(decisions.filter(decision => decision.allowed)).toHaveLength(19);
    expect(shared.heard).toEqual(Array(65).fill('check 1'));
    const refused = decisions.at(-1) as Decision;
    expect(refused.violated).toEqual(['api']);
    expect(refused.retryAfterSecs).toBeCloseTo(1000, 6);
    expect(leftOf(refused)).toEqual([0]);
  });

  test('callers that wait ask alone or are refused, and the next batch comes after a success', async () => {
    const { shared, limiter, elsewhere } = await leased(50, { capacityMax: 1000, restoreRateHz: 0.001 });
    await limiter.check('a', 2);
    // Without this process knowing it, 3 tokens are left.
    await elsewhere.check('a', 995);
    shared.heard.length = 0;
    const decisions = await Promise.all([9, 2, 1, 1].map(cost => limiter.check('a', cost)));
    expect(decisions.map(decision => decision.allowed)).toEqual([false, true, true, false]);
    expect(shared.heard).toEqual(['check 13', 'check 2', 'check 1', 'check 1']);

    shared.heard.length = 0;
    await limiter.check('a', 1);
    await elsewhere.refund('a', 500);
    for (let request = 0; request < 4; request++) await limiter.check('a', 1);
    expect(shared.heard).toEqual(['check 1', 'refund 500', 'check 1', 'check 2', 'check 4']);
  });

  test('a small cost behind one that is refused is allowed', async () => {
    const { limiter } = await leased(50, { capacityMax: 10, restoreRateHz: 0.001 });
    await limiter.check('a', 6);
    const costs = [9, 5, 3, 2, 1];
    const decisions = await Promise.all(costs.map(cost => limiter.check('a', cost)));
    expect(decisions.map(decision => decision.allowed)).toEqual([false, false, true, false, true]);
  });

  test('a limit that refuses takes nothing from the others', async () => {
    const limits = {
      small: { capacityMax: 3, restoreRateHz: 0.001 },
      large: { capacityMax: 100, restoreRateHz: 0.001 },
    };
    const { store, limiter, elsewhere } = await leased(50, limits);
    expect(await allowed(limiter, 10)).toBe(3);
    await store.close();
    expect(await left(elsewhere)).toEqual([0, 97]);
  });
});

describe('a cost above the lease', () => {
  test('goes to the store unchanged, and its decision includes the tokens held', async () => {
    const { shared, limiter } = await leased(4);
    await allowed(limiter, 4);
    shared.heard.length = 0;
    // Of the batches of 1, 2 and 4, three tokens are held.
    expect(leftOf(await limiter.check('a', 100))).toEqual([896]);
    expect(leftOf(await limiter.check('a', 897))).toEqual([896]);
    expect(shared.heard).toEqual(['check 100', 'check 897']);
  });

  test('fits together with the tokens held, which are returned first', async () => {
    const { shared, limiter } = await leased(4);
    await allowed(limiter, 4);
    shared.heard.length = 0;
    expect(await limiter.check('a', 996)).toMatchObject({ allowed: true, limits: [{ tokensLeft: 0 }] });
    expect(shared.heard).toEqual(['check 996', 'refund 3', 'check 996']);
  });

  test('of 0 takes nothing', async () => {
    const { limiter } = await leased(4);
    await allowed(limiter, 4);
    expect(leftOf(await limiter.check('a', 0))).toEqual([996]);
    expect(await left(limiter)).toEqual([996]);
  });
});

describe('while a batch is on its way', () => {
  test('a cost above the lease is judged with it', async () => {
    const { shared, limiter } = await leased(50, { capacityMax: 200, restoreRateHz: 0.001 });
    await allowed(limiter, 3);
    shared.heard.length = 0;
    const first = limiter.check('a');
    await Promise.resolve();
    expect(shared.heard).toEqual(['check 4']);
    // The batch takes 4 of 197, and one of them is given out.
    const decision = await limiter.check('a', 196);
    expect((await first).allowed).toBe(true);
    expect(decision).toMatchObject({ allowed: true, limits: [{ tokensLeft: 0 }] });
    expect(shared.heard).toEqual(['check 4', 'check 196', 'refund 3', 'check 196']);
  });

  test('a look waits for it', async () => {
    const { shared, limiter } = await leased(50);
    await limiter.check('a');
    const first = limiter.check('a');
    expect(leftOf(await limiter.peek('a', 5))).toEqual([998]);
    expect((await first).allowed).toBe(true);
    expect(shared.heard).toEqual(['check 1', 'check 2', 'peek 5']);
  });

  test('there is no second batch, not even right after resets', async () => {
    const { shared, limiter } = await leased(50);
    await limiter.check('a');
    shared.heard.length = 0;
    const answers = [];
    for (let i = 0; i < 20; i++) answers.push(limiter.check('a'), limiter.check('a'), limiter.reset('a'));
    await Promise.all(answers);
    const batches = shared.heard.filter(each => each.startsWith('check') && each !== 'check 1');
    expect(batches.length).toBeLessThanOrEqual(1);
  });
});

describe('unused tokens', () => {
  test('are not given out after a second, and are returned', async () => {
    const { clock, shared, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 4);
    expect(await left(elsewhere)).toEqual([993]);
    clock.advanceBy(1);
    shared.heard.length = 0;
    expect(sourceOf(await limiter.check('a'))).toBe('store');
    expect(shared.heard).toEqual(['refund 3', 'check 1']);
    expect(await left(elsewhere)).toEqual([995]);
  });

  test('are returned after 1 to 1.5 seconds without a request, and then there is no timer', async () => {
    const { shared, limiter, elsewhere } = await leased(50);
    expect(vi.getTimerCount()).toBe(0);
    await allowed(limiter, 4);
    shared.heard.length = 0;
    await vi.advanceTimersByTimeAsync(1000);
    expect(shared.heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(shared.heard).toEqual(['refund 3']);
    expect(await left(elsewhere)).toEqual([996]);
    expect(vi.getTimerCount()).toBe(0);
    expect(await allowed(limiter, 1)).toBe(1);
  });

  test('stay as long as the key is hot', async () => {
    const { clock, shared, limiter } = await leased(50);
    for (let tenth = 0; tenth < 100; tenth++) {
      await allowed(limiter, 5);
      clock.advanceBy(0.1);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(shared.heard.filter(each => each.startsWith('refund'))).toEqual([]);
  });

  test('are returned on close, and from then on each request asks the store', async () => {
    const { shared, store, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 4);
    await allowed(limiter, 4, 'b');
    await store.close();
    expect(await left(elsewhere)).toEqual([996]);
    expect(await left(elsewhere, 'b')).toEqual([996]);
    expect(vi.getTimerCount()).toBe(0);
    shared.heard.length = 0;
    expect(await allowed(limiter, 10)).toBe(10);
    expect(shared.heard).toEqual(Array(10).fill('check 1'));
    await store.close();
  });

  test('are returned on close even if they were on their way', async () => {
    const { store, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 7);
    const last = limiter.check('a');
    await store.close();
    expect(leftOf(await last)).toEqual([992]);
    expect(await left(elsewhere)).toEqual([992]);
  });

  test('are lost when the store is down, and close neither fails nor waits long', async () => {
    const { shared, store, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 4);
    shared.isDown = true;
    await store.close();
    shared.isDown = false;
    expect(await left(elsewhere)).toEqual([993]);

    const never = () => new Promise<never>(() => {});
    const hanging = new LeaseBucketStore({
      store: { check: never, peek: never, refund: never, reset: never },
      tokens: 5,
    });
    hanging.check('a', [{ name: 'only', ...MANY }], 1, 0);
    const closed = hanging.close();
    await vi.advanceTimersByTimeAsync(1000);
    await closed;
  });

  test('do not pile up over keys: at most 10,000 keys are leased at a time', async () => {
    const { shared, store, limiter } = await leased(50);
    for (let i = 0; i < 10_000; i += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, j) => limiter.check(`key ${i + j}`)));
    }
    shared.heard.length = 0;
    expect(await allowed(limiter, 5)).toBe(5);
    expect(shared.heard).toEqual(Array(5).fill('check 1'));
    expect(await allowed(limiter, 2, 'key 0')).toBe(2);
    await store.close();
  });
});

describe('when the store fails', () => {
  test('all callers that wait get its error, and the next request asks again', async () => {
    const { shared, limiter } = await leased(50);
    await limiter.check('a');
    shared.heard.length = 0;
    shared.isDown = true;
    const answers = Array.from({ length: 5 }, () => limiter.check('a') as Promise<Decision>);
    for (const answer of answers) await expect(answer).rejects.toThrow('down');
    expect(shared.heard).toEqual(['check 5']);
    shared.isDown = false;
    expect(await allowed(limiter, 1)).toBe(1);
  });

  test('the tokens held are given out for at most a second', async () => {
    const { clock, shared, limiter } = await leased(50);
    await allowed(limiter, 8);
    shared.isDown = true;
    expect(await allowed(limiter, 3)).toBe(3);
    clock.advanceBy(1);
    await expect(limiter.check('a')).rejects.toThrow('down');
  });

  test('an answer that is not a decision is an error', async () => {
    const answer = async () => 'OK' as never;
    const store = new LeaseBucketStore({
      store: { check: answer, peek: answer, refund: answer, reset: answer },
      tokens: 5,
    });
    await expect(store.check('a', [{ name: 'only', ...MANY }], 1, 0)).rejects.toThrow(
      'store.check must return a Decision about its limits, got "OK"',
    );
  });

  test('a batch that never arrives delays no request for more than 1.5 seconds', async () => {
    const { shared, store } = await leased(50);
    const limits = [{ name: 'only', ...MANY }];
    let isHanging = true;
    const check = shared.check.bind(shared);
    shared.check = (...args) => (isHanging ? new Promise(() => {}) : check(...args));
    void store.check('a', limits, 1, 0);
    isHanging = false;
    await vi.advanceTimersByTimeAsync(1500);
    expect((await store.check('a', limits, 1, 1.5)).allowed).toBe(true);
  });

  test('a failover around it decides in the store’s place', async () => {
    const { shared, store, clock } = await leased(50);
    const failover = new FailoverBucketStore({ store, name: 'api' });
    const limiter = new RateLimiter({ name: 'api', limits: MANY, store: failover, clock });
    shared.isDown = true;
    expect(sourceOf(await limiter.check('a'))).toBe('local');
  });
});

describe('limits that differ', () => {
  const burst = { capacityMax: 100, restoreRateHz: 0.001 };

  test('have separate leases', async () => {
    const { shared, limiter } = await leased(50);
    for (let request = 0; request < 7; request++) {
      await limiter.check('a', 1, { read: burst });
      await limiter.check('a', 1, { write: burst });
    }
    expect(shared.heard).toEqual([1, 1, 2, 2, 4, 4, 6].map(n => `check ${n}`));
  });

  test('take turns if they share a bucket: the tokens of one are returned before the other gets some', async () => {
    const daily = { capacityMax: 1000, restoreRateHz: 0.001 };
    const [free, paid] = [
      { daily, burst },
      { daily, paid: { ...burst, capacityMax: 500 } },
    ];
    const { store, limiter, elsewhere } = await leased(50);
    for (let request = 0; request < 4; request++) await limiter.check('a', 1, free);
    expect(leftOf(await limiter.check('a', 1, paid))).toEqual([995, 499]);
    expect(leftOf(await elsewhere.peek('a', 1, free))).toEqual([995, 96]);
    await store.close();
  });

  test('share one batch on its way: requests under the other limits ask alone', async () => {
    const { shared, limiter } = await leased(50);
    const tiers = [{ read: burst }, { write: burst }];
    for (const tier of tiers) await limiter.check('a', 1, tier);
    shared.heard.length = 0;
    const decisions = await Promise.all(
      Array.from({ length: 40 }, (_, i) => limiter.check('a', 1, tiers[i % 2])),
    );
    expect(decisions.every(decision => decision.allowed)).toBe(true);
    expect(shared.heard.filter(each => each !== 'check 1')).toEqual(['check 20']);
  });

  test('have leases for at most eight sets per key: made-up names do not pile up', async () => {
    const { shared, store, limiter } = await leased(50);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 12; i++) await limiter.check('a', 1, { [`limit ${i}`]: burst });
      await nextTurn();
    }
    shared.heard.length = 0;
    await store.close();
    expect(shared.heard).toEqual(Array(8).fill('refund 1'));
  });

  test('are compared by value', async () => {
    const { shared, limiter } = await leased(50);
    for (let request = 0; request < 7; request++) await limiter.check('a', 1, { only: { ...burst } });
    expect(shared.heard).toEqual(['check 1', 'check 2', 'check 4', 'check 6']);
    shared.heard.length = 0;
    await limiter.check('a', 1, { only: { ...burst, capacityMax: 101 } });
    expect(shared.heard[0]).toBe('check 1');
  });
});

describe('a reset', () => {
  test('drops the tokens held: the key is full, and nothing is added later', async () => {
    const { store, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 8);
    await limiter.reset('a');
    expect(await left(limiter)).toEqual([1000]);
    await elsewhere.check('a', 20);
    await store.close();
    expect(await left(elsewhere)).toEqual([980]);
  });

  test('drops a batch on its way too, and callers that wait for it still get it', async () => {
    const { store, limiter, elsewhere } = await leased(50);
    await allowed(limiter, 7);
    const last = limiter.check('a');
    await limiter.reset('a');
    expect((await last).allowed).toBe(true);
    await elsewhere.check('a', 20);
    await store.close();
    expect(await left(elsewhere)).toEqual([980]);
  });
});

test('a refund takes effect at once', async () => {
  const { limiter } = await leased(50);
  await allowed(limiter, 4);
  await limiter.refund('a', 2);
  expect(await left(limiter)).toEqual([998]);
});

test('a clock that steps back makes it ask the store', async () => {
  let time = 100;
  const shared = new Shared();
  const store = new LeaseBucketStore({ store: shared, tokens: 50 });
  const limiter = new RateLimiter({
    name: 'api',
    limits: MANY,
    store,
    clock: { secondsSinceEpoch: () => time },
  });
  await allowed(limiter, 4);
  time = 50;
  shared.heard.length = 0;
  expect(leftOf(await limiter.check('a'))).toEqual([995]);
  expect(shared.heard).toEqual(['refund 1', 'check 1']);
});

describe('several processes', () => {
  const PROCESSES = 5;
  const TOKENS = 20;

  function seeded(seed: number) {
    let state = seed;
    return (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  test.each([1, 2, 3])('lose no token between them and get none twice, run %d', async seed => {
    const below = seeded(seed);
    const shared = new Shared();
    const clock = new MockClock();
    const limits = { capacityMax: 2000, restoreRateHz: 1e-9 };
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, () => leased(TOKENS, limits, shared, clock)),
    );
    let taken = 0;
    for (let round = 0; round < 100; round++) {
      const { limiter } = processes[below(PROCESSES)] as (typeof processes)[number];
      const costs = Array.from({ length: 1 + below(40) }, () => 1 + below(below(8) === 0 ? 30 : 2));
      const decisions = await Promise.all(costs.map(cost => limiter.check('a', cost)));
      decisions.forEach((decision, i) => {
        if (decision.allowed) taken += costs[i] as number;
      });
      clock.advanceBy(below(50) / 1000);
    }
    expect(taken).toBeGreaterThan(1900);
    await Promise.all(processes.map(({ store }) => store.close()));
    expect(await left((processes[0] as (typeof processes)[number]).elsewhere)).toEqual([2000 - taken]);
  });

  test.each([1, 2, 3])('stay within the bound in any interval, run %d', async seed => {
    const below = seeded(seed);
    const shared = new Shared();
    const clock = new MockClock();
    const limits = { capacityMax: 100, restoreRateHz: 200 };
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, () => leased(TOKENS, limits, shared, clock)),
    );
    /** The most tokens above its refill that an interval ending now received. */
    let excess = 0;
    let most = 0;
    let at = 0;
    for (let step = 0; step < 3000; step++) {
      // Quiet times, in which buckets refill while tokens are held, and crowded times.
      const isQuiet = Math.floor(step / 200) % 2 === 0;
      const { limiter } = processes[below(PROCESSES)] as (typeof processes)[number];
      const decisions = await Promise.all(
        Array.from({ length: isQuiet ? 1 : 1 + below(30) }, () => limiter.check('a')),
      );
      const now = clock.time;
      excess = Math.max(0, excess - (now - at) * limits.restoreRateHz);
      at = now;
      excess += decisions.filter(decision => decision.allowed).length;
      most = Math.max(most, excess);
      clock.advanceBy(below(20) / 1000);
    }
    expect(most).toBeLessThanOrEqual(limits.capacityMax + PROCESSES * TOKENS + 0.001);
    expect(most).toBeGreaterThan(limits.capacityMax / 2);
  });
});

test.each<[string, unknown, string]>([
  ['none', undefined, 'LeaseBucketStore: options must be an object, got undefined'],
  ['no store', { tokens: 5 }, 'LeaseBucketStore: store must be an object with a method check, got undefined'],
  ['no size', { store: new MemoryBucketStore() }, 'LeaseBucketStore: tokens must be a number, got undefined'],
  [
    'half a token',
    { store: new MemoryBucketStore(), tokens: 0.5 },
    'LeaseBucketStore: tokens must be a whole number from 1 to 1000000000000, got 0.5',
  ],
  [
    'an unknown one',
    { store: new MemoryBucketStore(), tokens: 5, ttlSecs: 1 },
    'LeaseBucketStore: unknown option "ttlSecs", known options: store, tokens, deadlineSecs',
  ],
  [
    'a failover inside',
    { store: new FailoverBucketStore({ store: new MemoryBucketStore(), name: 'a' }), tokens: 5 },
    'LeaseBucketStore: store must not be a FailoverBucketStore: wrap the LeaseBucketStore in it instead',
  ],
  [
    'a failover inside a deny cache inside',
    {
      store: new DenyCacheBucketStore({
        store: new FailoverBucketStore({ store: new MemoryBucketStore(), name: 'a' }),
      }),
      tokens: 5,
    },
    'LeaseBucketStore: store must not be a FailoverBucketStore: wrap the LeaseBucketStore in it instead',
  ],
  [
    'no deadline',
    { store: new MemoryBucketStore(), tokens: 5, deadlineSecs: 0 },
    'LeaseBucketStore: deadlineSecs must be',
  ],
])('options are refused: %s', (_, options, message) => {
  expect(() => new LeaseBucketStore(options as LeaseOptions)).toThrow(message);
});
