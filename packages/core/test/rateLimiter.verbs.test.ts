import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type BucketStore,
  DenyCacheBucketStore,
  FailoverBucketStore,
  MemoryBucketStore,
  MockClock,
  MonotonicClock,
  RateLimiter,
  StoreUnavailable,
  TooManyRequests,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';

provokes('BREAKING_STORE_FAILS');

const TWO = { capacityMax: 2, restoreRateHz: 1 };

function limiterOf(maxWaitSecs = 10) {
  const clock = new MockClock();
  return { clock, limiter: new RateLimiter({ limits: TWO, clock, maxWaitSecs }) };
}

/** A store over a network that gives no answer. */
const down = () => {
  const fail = () => Promise.reject(new Error('down'));
  return {
    check: fail,
    peek: fail,
    refund: fail,
    reset: fail,
    take: fail,
    reserve: fail,
    block: fail,
    strike: fail,
  };
};

describe('wrong input changes nothing, in addition to the cases of the store contract', () => {
  test.each<[string, (limiter: RateLimiter) => unknown, ErrorConstructor]>([
    ['a wait with a misspelt option', limiter => limiter.wait('k', 1, { signall: 1 } as never), TypeError],
    [
      'a wait with a signal that is none',
      limiter => limiter.wait('k', 1, { signal: {} as never }),
      TypeError,
    ],
    ['a wait with a cost for another limit', limiter => limiter.wait('k', { default: 1, tpm: 5 }), TypeError],
    ['a wait with costs that miss a limit', limiter => limiter.wait('k', {}), TypeError],
    [
      'a wait with a cost that is inherited',
      limiter => limiter.wait('k', Object.create({ default: 1 })),
      TypeError,
    ],
    ['a wait with a list of costs', limiter => limiter.wait('k', [1] as never), TypeError],
    ['a wait with no cost', limiter => limiter.wait('k', null as never), TypeError],
    ['a wait with a cost in text', limiter => limiter.wait('k', { default: '1' as never }), TypeError],
    ['a wait with a negative cost of a limit', limiter => limiter.wait('k', { default: -1 }), RangeError],
    ['a wait with a cost of a limit that is NaN', limiter => limiter.wait('k', { default: NaN }), RangeError],
  ])('%s', async (_, operate, kind) => {
    const { limiter } = limiterOf();
    const before = limiter.limits;
    await expect((async () => operate(limiter))()).rejects.toThrow(kind);
    expect(limiter.limits).toBe(before);
    expect(limiter.check('k', 2).allowed).toBe(true);
  });

  test.each([-1, NaN, Infinity, 2_147_484, '5'])('maxWaitSecs of %s', maxWaitSecs => {
    expect(() => new RateLimiter({ limits: TWO, maxWaitSecs: maxWaitSecs as number })).toThrow(/maxWaitSecs/);
  });

  test('maxWaitSecs with a store that cannot reserve', () => {
    const { reserve, ...store } = down();
    const failover = new FailoverBucketStore({ store: store as BucketStore, name: 'api' });
    for (const each of [store as BucketStore, failover, new DenyCacheBucketStore({ store: failover })]) {
      const options = { name: 'api', limits: TWO, store: each };
      expect(() => new RateLimiter({ ...options, maxWaitSecs: 1 })).toThrow(TypeError);
      expect(() => new RateLimiter(options)).not.toThrow();
    }
  });

  test('a limit named block', () => {
    expect(() => new RateLimiter({ limits: { block: TWO } })).toThrow(RangeError);
  });
});

describe('limits that are set', () => {
  test('hold from the next request on, and keys keep what they owe', () => {
    const { limiter } = limiterOf();
    limiter.check('k', 2);
    limiter.limits = { capacityMax: 5, restoreRateHz: 1 };
    expect(limiter.limits[0]?.capacityMax).toBe(5);
    expect(limiter.check('k', 3).allowed).toBe(true);
    expect(limiter.check('k', 1).allowed).toBe(false);
  });

  test('do not affect callers that wait', async () => {
    const { clock, limiter } = limiterOf();
    limiter.check('k', 2);
    const answer = limiter.wait('k').then(() => clock.time);
    limiter.limits = { capacityMax: 1, restoreRateHz: 0.001 };
    clock.advanceBy(1);
    expect(await answer).toBe(1);
  });
});

describe('a caller that waits', () => {
  test('is published when it goes on, and when it is refused', async () => {
    const heard: boolean[] = [];
    const listen = (message: unknown) =>
      heard.push((message as { decision: { allowed: boolean } }).decision.allowed);
    subscribe('breaking:rate_limit:decision', listen);
    const { clock, limiter } = limiterOf(1);
    limiter.check('k', 2);
    const answers = [limiter.wait('k'), limiter.wait('k').catch(() => {})];
    expect(heard).toEqual([true, false]);
    clock.advanceBy(1);
    await Promise.all(answers);
    unsubscribe('breaking:rate_limit:decision', listen);
    expect(heard).toEqual([true, false, true]);
  });

  test('rejects at once with the reason of a signal that is aborted, and takes nothing', async () => {
    const { limiter } = limiterOf();
    await expect(limiter.wait('k', 2, { signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(limiter.check('k', 2).allowed).toBe(true);
  });

  test('is woken by a timer of the process if the clock has none, and never too early', async () => {
    const clock = new MonotonicClock();
    const limiter = new RateLimiter({
      limits: { capacityMax: 1, restoreRateHz: 100 },
      clock,
      maxWaitSecs: 1,
    });
    const begun = clock.secondsSinceEpoch();
    limiter.check('k');
    for (let i = 1; i <= 3; i++) {
      await limiter.wait('k');
      expect(clock.secondsSinceEpoch() - begun).toBeGreaterThanOrEqual(i / 100 - 1e-9);
    }
  });

  test.each<['local' | 'allow' | 'deny', string]>([
    ['local', 'allowed, then TooManyRequests'],
    ['allow', 'allowed, then allowed'],
    ['deny', 'StoreUnavailable, then StoreUnavailable'],
  ])('behind a store that is down, under %s: %s', async (onStoreError, expected) => {
    const store = new FailoverBucketStore({ store: down(), name: 'api', onStoreError });
    const clock = new MockClock();
    const limiter = new RateLimiter({ name: 'api', limits: TWO, store, clock, maxWaitSecs: 0.5 });
    const said: string[] = [];
    for (const cost of [2, 1]) {
      said.push(
        await limiter.wait('k', cost).then(
          () => 'allowed',
          (error: unknown) =>
            error instanceof TooManyRequests
              ? 'TooManyRequests'
              : error instanceof StoreUnavailable
                ? 'StoreUnavailable'
                : String(error),
        ),
      );
    }
    expect(said.join(', then ')).toBe(expected);
  });
});

describe('a block that is known to this process', () => {
  test('holds in its own buckets while the store is down', async () => {
    const memory = new MemoryBucketStore();
    let isDown = false;
    const asked = <T>(operate: () => T) =>
      isDown ? Promise.reject(new Error('down')) : Promise.resolve(operate());
    const store: BucketStore = {
      check: (...args) => asked(() => memory.check(...args)),
      peek: (...args) => asked(() => memory.peek(...args)),
      refund: (...args) => asked(() => memory.refund(...args)),
      reset: key => asked(() => memory.reset(key)),
      block: (...args) => asked(() => memory.block(...args)),
    };
    const clock = new MockClock();
    const failover = new FailoverBucketStore({ store, name: 'api' });
    const limiter = new RateLimiter<BucketStore>({ name: 'api', limits: TWO, store: failover, clock });
    const elsewhere = new RateLimiter({ name: 'api', limits: TWO, store: memory, clock });
    elsewhere.block('heard of', 60);
    await limiter.check('heard of');
    await limiter.block('own', 60);
    isDown = true;
    expect(await limiter.check('heard of')).toMatchObject({ blocked: true, retryAfterSecs: 60 });
    expect(await limiter.check('own')).toMatchObject({ blocked: true });
    expect(await limiter.check('other')).toMatchObject({ allowed: true });
  });
});
