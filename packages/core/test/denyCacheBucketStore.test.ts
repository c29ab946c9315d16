import {
  type BucketStore,
  type Decision,
  type DecisionSource,
  DenyCacheBucketStore,
  type DenyCacheOptions,
  FailoverBucketStore,
  type Limit,
  type Limits,
  MemoryBucketStore,
  MockClock,
  RateLimiter,
  sourced,
  sourceOf,
} from '@breaking/core';
import { undecided } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';

provokes('BREAKING_STORE_FAILS');

/** A store over a network, which others use too: it answers with promises and counts round trips. */
class Shared implements BucketStore {
  trips = 0;
  readonly #memory = new MemoryBucketStore();

  async check(...args: Parameters<BucketStore['check']>): Promise<Decision> {
    this.trips += 1;
    return this.#memory.check(...args);
  }

  async peek(...args: Parameters<BucketStore['peek']>): Promise<Decision> {
    this.trips += 1;
    return this.#memory.peek(...args);
  }

  async refund(...args: Parameters<BucketStore['refund']>): Promise<void> {
    this.trips += 1;
    this.#memory.refund(...args);
  }

  async reset(key: string): Promise<void> {
    this.trips += 1;
    this.#memory.reset(key);
  }
}

const TEN = { capacityMax: 10, restoreRateHz: 1 };

function limited(limits: Limits = TEN, options: Partial<DenyCacheOptions> = {}) {
  const clock = new MockClock();
  const shared = new Shared();
  const store = new DenyCacheBucketStore({ store: shared, ...options });
  const limiter = new RateLimiter({ name: 'api', limits, store, clock });
  const elsewhere = new RateLimiter({ name: 'api', limits, store: shared, clock });
  return { clock, shared, limiter, elsewhere };
}

/** The decision on a request, and whether the store was asked. */
async function told(decision: Decision | Promise<Decision>) {
  const { allowed, limits, violated, retryAfterSecs } = await decision;
  return {
    allowed,
    tokensLeft: limits.map(limit => limit.tokensLeft),
    violated: violated.join(),
    retryAfterSecs: Number(retryAfterSecs.toFixed(6)),
    source: sourceOf(await decision),
  };
}

const source = async (decision: Decision | Promise<Decision>): Promise<DecisionSource> =>
  sourceOf(await decision);

describe('a refused key', () => {
  test('is refused without a round trip until its own retry time; then the store is asked again', async () => {
    const { clock, shared, limiter } = limited();
    await limiter.check('a', 10);
    expect((await told(limiter.check('a'))).source).toBe('store');
    shared.trips = 0;
    for (let requests = 0; requests < 1000; requests++) {
      expect((await limiter.check('a')).allowed).toBe(false);
      clock.advanceBy(0.99 / 1000);
    }
    expect(shared.trips).toBe(0);
    clock.advanceBy(0.01);
    expect(await told(limiter.check('a'))).toMatchObject({ allowed: true, source: 'store' });
  });

  test('costs one round trip a second, however often and however many callers ask', async () => {
    const { clock, shared, limiter } = limited({ capacityMax: 10, restoreRateHz: 0.001 });
    await limiter.check('a', 10);
    await limiter.check('a');
    shared.trips = 0;
    for (let tenths = 0; tenths < 100; tenths++) {
      clock.advanceBy(0.1);
      const decisions = await Promise.all(Array.from({ length: 100 }, () => limiter.check('a')));
      expect(decisions.some(decision => decision.allowed)).toBe(false);
    }
    expect(shared.trips).toBe(10);
  });

  test('gets a decision of the current moment: the wait is shorter and more is left', async () => {
    const { clock, limiter } = limited({ capacityMax: 10, restoreRateHz: 4 });
    await limiter.check('a', 10);
    await limiter.check('a', 5);
    clock.advanceBy(0.8125);
    expect(await told(limiter.check('a', 5))).toEqual({
      allowed: false,
      tokensLeft: [3],
      violated: 'api',
      retryAfterSecs: 0.4375,
      source: 'denyCache',
    });
    // The answer is synchronous.
    expect(limiter.check('a', 5)).not.toBeInstanceOf(Promise);
  });

  test('is refused any cost that cannot fit; for other costs the store is asked', async () => {
    const { clock, shared, limiter } = limited({ capacityMax: 10, restoreRateHz: 4 });
    await limiter.check('a', 10);
    await limiter.check('a', 5);
    clock.advanceBy(0.75);
    shared.trips = 0;
    expect(await source(limiter.check('a', 4))).toBe('denyCache');
    expect(await told(limiter.check('a', 6))).toMatchObject({ retryAfterSecs: 0.75, source: 'denyCache' });
    expect(shared.trips).toBe(0);
    expect(await told(limiter.check('a', 2))).toMatchObject({ allowed: true, tokensLeft: [1] });
    // Tokens that this process took meanwhile are included.
    expect(await told(limiter.check('a', 5))).toMatchObject({
      tokensLeft: [1],
      retryAfterSecs: 1,
      source: 'denyCache',
    });
    expect(await told(limiter.check('a', 0))).toMatchObject({ allowed: true, source: 'store' });
  });

  test('is looked at without a round trip too, and a look that would be refused is remembered', async () => {
    const { shared, limiter } = limited();
    await limiter.check('a', 10);
    await limiter.peek('a');
    shared.trips = 0;
    expect(await source(limiter.peek('a'))).toBe('denyCache');
    expect(await source(limiter.check('a'))).toBe('denyCache');
    expect(shared.trips).toBe(0);
  });

  test('waits for the slowest limit, and each limit reports its own wait', async () => {
    const limits = {
      burst: { capacityMax: 2, restoreRateHz: 4 },
      daily: { capacityMax: 3, restoreRateHz: 0.01 },
    };
    const { clock, limiter } = limited(limits);
    await limiter.check('a', 2);
    await limiter.check('a', 2);
    clock.advanceBy(0.25);
    expect(await told(limiter.check('a', 2))).toEqual({
      allowed: false,
      tokensLeft: [1, 1],
      violated: 'burst,daily',
      retryAfterSecs: 99.75,
      source: 'denyCache',
    });
    clock.advanceBy(0.25);
    expect(await told(limiter.check('a', 2))).toMatchObject({ violated: 'daily', source: 'denyCache' });
    expect(await told(limiter.check('a', 1))).toMatchObject({ allowed: true, source: 'store' });
  });

  test('stays refused if its cost can never fit, with at most the tokens that are left', async () => {
    const { clock, shared, limiter } = limited();
    await limiter.check('a', 4);
    expect(await source(limiter.check('a', 11))).toBe('store');
    shared.trips = 0;
    expect(await told(limiter.check('a', 11))).toMatchObject({ tokensLeft: [6], retryAfterSecs: Infinity });
    clock.advanceBy(1000);
    expect(await told(limiter.check('a', 11))).toMatchObject({ tokensLeft: [10], retryAfterSecs: Infinity });
    expect(shared.trips).toBe(0);
    expect((await limiter.check('a', 10)).allowed).toBe(true);
  });

  test('is decided by the store under other limits, and both refusals are remembered', async () => {
    const { shared, limiter } = limited();
    const other = { capacityMax: 10, restoreRateHz: 2 };
    await limiter.check('a', 10);
    await limiter.check('a');
    expect(await told(limiter.check('a', 1, other))).toMatchObject({ allowed: false, source: 'store' });
    shared.trips = 0;
    expect(await source(limiter.check('a'))).toBe('denyCache');
    // Compared by value: a `limitsOf` makes new limits for each request.
    expect(await source(limiter.check('a', 1, { ...other }))).toBe('denyCache');
    expect(shared.trips).toBe(0);
    expect((await limiter.check('a', 1, { capacityMax: 20, restoreRateHz: 1 })).allowed).toBe(true);
  });

  test('is decided by the store again after other limits have taken tokens', async () => {
    const { clock, limiter } = limited({ capacityMax: 1000, restoreRateHz: 1 });
    const low = { capacityMax: 10, restoreRateHz: 1 };
    await limiter.check('a', 1000);
    expect((await limiter.check('a', 100)).allowed).toBe(false);
    clock.advanceBy(2);
    // Debt counts for at most the capacity with which it is written.
    expect((await limiter.check('a', 1, low)).allowed).toBe(true);
    expect(await told(limiter.check('a', 100))).toMatchObject({ allowed: true, source: 'store' });
  });

  test('is decided by the store after the clock stepped back', async () => {
    let time = 1000;
    const shared = new Shared();
    const store = new DenyCacheBucketStore({ store: shared });
    const clock = { secondsSinceEpoch: () => time };
    const limiter = new RateLimiter({ name: 'api', limits: TEN, store, clock });
    await limiter.check('a', 10);
    await limiter.check('a');
    time = 10;
    expect(await told(limiter.check('a'))).toMatchObject({ allowed: false, source: 'store' });
    time = 10.5;
    expect(await told(limiter.check('a'))).toMatchObject({ retryAfterSecs: 0.5, source: 'denyCache' });
  });
});

describe('what a key gets back', () => {
  test.each<[string, (limiter: RateLimiter<BucketStore>) => void | Promise<void>]>([
    ['a refund', limiter => limiter.refund('a')],
    ['a reset', limiter => limiter.reset('a')],
  ])('takes effect at once: %s', async (_, giveBack) => {
    const { limiter } = limited();
    await limiter.check('a', 10);
    await limiter.check('a');
    await giveBack(limiter);
    expect(await told(limiter.check('a'))).toMatchObject({ allowed: true, source: 'store' });
  });

  test.each<[string, (limiter: RateLimiter<BucketStore>) => void | Promise<void>]>([
    ['a refund', limiter => limiter.refund('a')],
    ['a reset', limiter => limiter.reset('a')],
  ])('is not hidden by a refusal that was on its way: %s', async (_, giveBack) => {
    const { limiter } = limited();
    await limiter.check('a', 10);
    const refused = limiter.check('a');
    await giveBack(limiter);
    expect((await refused).allowed).toBe(false);
    expect((await limiter.check('a')).allowed).toBe(true);
  });

  test('is not hidden by a refusal whose question was under way at the same time', async () => {
    let settle = () => {};
    const memory = new MemoryBucketStore();
    const slow: BucketStore = {
      check: async (...args) => memory.check(...args),
      peek: async (...args) => memory.peek(...args),
      refund: (...args) =>
        new Promise(resolve => {
          settle = () => resolve(memory.refund(...args));
        }),
      reset: key => memory.reset(key),
    };
    const store = new DenyCacheBucketStore({ store: slow });
    const limiter = new RateLimiter({ name: 'api', limits: TEN, store, clock: new MockClock() });
    await limiter.check('a', 10);
    const refund = limiter.refund('a');
    expect((await limiter.check('a')).allowed).toBe(false);
    settle();
    await refund;
    expect((await limiter.check('a')).allowed).toBe(true);
  });

  test.each<[string, (limiter: RateLimiter<BucketStore>) => void | Promise<void>]>([
    ['a reset', limiter => limiter.reset('a')],
    ['a refund', limiter => limiter.refund('a', 10)],
  ])('in another process takes effect a second later: %s', async (_, giveBack) => {
    const { clock, limiter, elsewhere } = limited({ capacityMax: 10, restoreRateHz: 0.001 });
    await limiter.check('a', 10);
    await limiter.check('a', 2);
    await giveBack(elsewhere);
    clock.advanceBy(0.999);
    expect(await source(limiter.check('a', 2))).toBe('denyCache');
    clock.advanceBy(0.001);
    expect(await told(limiter.check('a', 2))).toMatchObject({ allowed: true, tokensLeft: [8] });
  });

  test('is returned to all requests that wait for the one that asks again', async () => {
    const { clock, limiter, elsewhere } = limited({ capacityMax: 10, restoreRateHz: 0.001 });
    await limiter.check('a', 10);
    await limiter.check('a');
    await elsewhere.reset('a');
    clock.advanceBy(1);
    const decisions = await Promise.all(Array.from({ length: 12 }, () => limiter.check('a')));
    expect(decisions.filter(decision => decision.allowed)).toHaveLength(10);
  });

  test('an error of a refund goes to the caller', async () => {
    const failing = { ...new Shared(), refund: () => Promise.reject(new Error('down')) } as never;
    const memory = new MemoryBucketStore();
    const store = new DenyCacheBucketStore({
      store: Object.assign(failing, {
        check: memory.check.bind(memory),
        peek: memory.peek.bind(memory),
        reset: memory.reset.bind(memory),
      }),
    });
    await expect(store.refund('a', [{ name: 'x', ...TEN }], 1, 0)).rejects.toThrow('down');
  });
});

describe('anything but a refusal of the store', () => {
  const LIMITS: readonly Limit[] = [{ name: 'only', ...TEN }];
  const answering = (decision: Decision): BucketStore => {
    const memory = new MemoryBucketStore();
    const answer = async () => decision;
    return { check: answer, peek: answer, refund: (...args) => memory.refund(...args), reset() {} };
  };
  const refusedBy = (by: DecisionSource) => {
    const memory = new MemoryBucketStore();
    memory.check('a', LIMITS, 10, 0);
    return sourced(memory.check('a', LIMITS, 1, 0), by);
  };

  test.each<[string, Decision]>([
    ['of buckets that stand in for it', refusedBy('local')],
    ['of another deny cache', refusedBy('denyCache')],
    ['of a lease', refusedBy('lease')],
    ['of nobody’s', undecided(false, 1)],
    ['garbage', undefined as never],
  ])('is passed on and not remembered: a refusal %s', async (_, decision) => {
    const store = new DenyCacheBucketStore({ store: answering(decision) });
    expect(await store.check('a', LIMITS, 1, 0)).toBe(decision);
    expect(await store.check('a', LIMITS, 1, 0)).toBe(decision);
  });

  test('an error goes to the caller, and the store is asked again for the next request', async () => {
    let isDown = true;
    const memory = new MemoryBucketStore();
    memory.check('a', LIMITS, 10, 0);
    const check = async (...args: Parameters<BucketStore['check']>) => {
      if (isDown) throw new Error('down');
      return memory.check(...args);
    };
    const store = new DenyCacheBucketStore({ store: { ...answering(undecided(true, 0)), check } });
    await expect(store.check('a', LIMITS, 1, 0)).rejects.toThrow('down');
    isDown = false;
    expect(await source(store.check('a', LIMITS, 1, 0))).toBe('store');
    expect(await source(store.check('a', LIMITS, 1, 0))).toBe('denyCache');
  });

  test('a store that goes down does not let a refused key through, and its return is noticed', async () => {
    const clock = new MockClock();
    const shared = new Shared();
    let isDown = false;
    const failing: BucketStore = {
      check: async (...args) => (isDown ? Promise.reject(new Error('down')) : shared.check(...args)),
      peek: (...args) => shared.peek(...args),
      refund: (...args) => shared.refund(...args),
      reset: key => shared.reset(key),
    };
    const failover = new FailoverBucketStore({ store: failing, name: 'api', onStoreError: 'allow' });
    const store = new DenyCacheBucketStore({ store: failover });
    const limiter = new RateLimiter({ name: 'api', limits: TEN, store, clock });
    await limiter.check('a', 10);
    await limiter.check('a');
    isDown = true;
    expect(await told(limiter.check('a'))).toMatchObject({ allowed: false, source: 'denyCache' });
    expect(await told(limiter.check('b', 11))).toMatchObject({ allowed: true, source: 'local' });
    isDown = false;
    expect(await told(limiter.check('b', 11))).toMatchObject({ allowed: false, source: 'store' });
  });
});

describe('its size', () => {
  const ONE = { capacityMax: 1, restoreRateHz: 0.001 };
  const refuse = async (limiter: RateLimiter<BucketStore>, key: string) => {
    await limiter.check(key);
    await limiter.check(key);
  };

  test('is bounded: the key that was refused longest ago costs a round trip', async () => {
    const { limiter } = limited(ONE, { maxKeys: 100 });
    for (let i = 0; i < 1000; i++) await refuse(limiter, `key ${i}`);
    const sources: DecisionSource[] = [];
    for (let i = 999; i >= 0; i--) sources.push(await source(limiter.peek(`key ${i}`)));
    expect(sources.slice(0, 50)).toEqual(Array(50).fill('denyCache'));
    expect(sources.slice(100)).toEqual(Array(900).fill('store'));
  });

  test('does not grow with keys that are not refused', async () => {
    const { limiter } = limited(ONE, { maxKeys: 2 });
    await refuse(limiter, 'a');
    for (let i = 0; i < 1000; i++) await limiter.check(`key ${i}`);
    expect(await source(limiter.check('a'))).toBe('denyCache');
  });

  test('does not grow with the limits of a key', async () => {
    const { limiter } = limited({ only: ONE });
    const tier = (i: number) => ({ only: ONE, [`tier ${i}`]: ONE });
    await limiter.check('a', 1, { only: ONE });
    for (let i = 0; i < 100; i++) await limiter.check('a', 1, tier(i));
    expect(await source(limiter.check('a', 1, tier(99)))).toBe('denyCache');
    expect(await source(limiter.check('a', 1, tier(0)))).toBe('store');
  });
});

test('in one process, it always decides as the store would', async () => {
  let state = 1;
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  // One rate for each name, since stores differ in the rate at which a bucket counts as full and is forgotten.
  const tiers: readonly Limits[] = [
    { burst: { capacityMax: 5, restoreRateHz: 2 }, daily: { capacityMax: 40, restoreRateHz: 0.25 } },
    { burst: { capacityMax: 9, restoreRateHz: 2 } },
    { daily: { capacityMax: 12, restoreRateHz: 0.25 }, other: { capacityMax: 3, restoreRateHz: 0.5 } },
  ];
  const { clock, limiter } = limited(tiers[0], { maxKeys: 8 });
  const plain = new RateLimiter({
    name: 'api',
    limits: tiers[0] as Limits,
    store: new MemoryBucketStore(),
    clock,
  });
  let refusedHere = 0;
  for (let i = 0; i < 20_000; i++) {
    const key = `key ${below(6)}`;
    const tier = tiers[below(tiers.length)];
    const n = below(7);
    if (below(100) === 0) {
      await limiter.reset(key);
      plain.reset(key);
    } else if (below(40) === 0) {
      await limiter.refund(key, n + 1, tier);
      plain.refund(key, n + 1, tier);
    } else {
      const operation = below(5) === 0 ? 'peek' : 'check';
      const decision = await limiter[operation](key, n, tier);
      const expected = plain[operation](key, n, tier);
      const { source: by, ...what } = await told(decision);
      expect(what, `step ${i}`).toEqual((({ source: _, ...rest }) => rest)(await told(expected)));
      if (by === 'denyCache') refusedHere += 1;
    }
    clock.advanceBy(below(40) / 256);
  }
  expect(refusedHere).toBeGreaterThan(1000);
});

test.each<[string, unknown, string]>([
  ['none', undefined, 'DenyCacheBucketStore: options must be an object, got undefined'],
  ['no store', {}, 'DenyCacheBucketStore: store must be an object with a method check, got undefined'],
  [
    'an unknown one',
    { store: new MemoryBucketStore(), ttlSecs: 1 },
    'DenyCacheBucketStore: unknown option "ttlSecs", known options: store, maxKeys',
  ],
  [
    'too few keys',
    { store: new MemoryBucketStore(), maxKeys: 1 },
    'DenyCacheBucketStore: maxKeys must be a whole number, at least 2, got 1',
  ],
])('options are refused: %s', (_, options, message) => {
  expect(() => new DenyCacheBucketStore(options as DenyCacheOptions)).toThrow(message);
});
