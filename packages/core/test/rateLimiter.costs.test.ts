import {
  type BucketStore,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  MemoryBucketStore,
  MockClock,
  perMinute,
  RateLimiter,
  TooManyRequests,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';

const LIMITS = { rpm: perMinute(60, { burst: 2 }), tpm: perMinute(6000, { burst: 1000 }) };

const STORES: Readonly<Record<string, () => BucketStore>> = {
  memory: () => new MemoryBucketStore(),
  'deny cache': () => new DenyCacheBucketStore({ store: new MemoryBucketStore() }),
  failover: () => new FailoverBucketStore({ store: new MemoryBucketStore(), name: 'api' }),
  lease: () => new LeaseBucketStore({ store: new MemoryBucketStore(), tokens: 10 }),
};

describe.each(Object.entries(STORES))('a wait with a cost for each limit, over %s', (_, made) => {
  const limiterOf = (maxWaitSecs = 10) => {
    const clock = new MockClock();
    return {
      clock,
      limiter: new RateLimiter<BucketStore>({
        name: 'api',
        limits: LIMITS,
        store: made(),
        clock,
        maxWaitSecs,
      }),
    };
  };

  test('takes of each what it costs, and waits for the one that takes longest', async () => {
    const { clock, limiter } = limiterOf();
    const decision = await limiter.wait('k', { tpm: 700, rpm: 1 });
    expect(decision.limits.map(({ name, tokensLeft }) => [name, tokensLeft])).toEqual([
      ['rpm', 1],
      ['tpm', 300],
    ]);
    const second = limiter.wait('k', { rpm: 1, tpm: 500 });
    for (let i = 0; i < 20; i++) await undefined;
    clock.advanceBy(2);

    expect((await second).limits.map(({ tokensLeft }) => tokensLeft)).toEqual([1, 0]);
  });

  test('is refused again and again by the limit that lacks tokens, and takes nothing', async () => {
    const { limiter } = limiterOf(1);
    await limiter.wait('k', { rpm: 0, tpm: 1000 });
    for (let i = 0; i < 3; i++) {
      const refused = await limiter.wait('k', { rpm: 1, tpm: 200 }).catch(error => error);
      expect(refused).toBeInstanceOf(TooManyRequests);
      expect(refused).toMatchObject({ retryAfterSecs: 2, decision: { violated: ['tpm'] } });
    }
    expect((await limiter.wait('k', { rpm: 2, tpm: 0 })).allowed).toBe(true);
  });
});

describe('the longest wait of one call', () => {
  const limiter = () =>
    new RateLimiter({ limits: perMinute(60, { burst: 1 }), clock: new MockClock(), maxWaitSecs: 5 });

  test('is at most that of the limiter', async () => {
    const asked = limiter();
    await asked.wait('k');
    await expect(asked.wait('k', 1, { maxWaitSecs: 0.5 })).rejects.toMatchObject({ retryAfterSecs: 1 });
    const waiting = Array.from({ length: 5 }, () => asked.wait('k', 1, { maxWaitSecs: 100 }).catch(() => {}));
    await expect(asked.wait('k', 1, { maxWaitSecs: 100 })).rejects.toMatchObject({ retryAfterSecs: 6 });
    expect(waiting.length).toBe(5);
  });

  test.each([
    [RangeError, -1],
    [RangeError, NaN],
    [TypeError, '1'],
  ])('throws a %o for %o', async (type, maxWaitSecs) => {
    await expect(limiter().wait('k', 1, { maxWaitSecs: maxWaitSecs as never })).rejects.toThrow(type);
  });
});
