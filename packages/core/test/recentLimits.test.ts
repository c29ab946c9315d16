import { MockClock, perMinute, RateLimiter } from '@breaking/core';
import { describe, expect, test } from 'vitest';

const limiterOfTiers = () => new RateLimiter({ limits: perMinute(1), clock: new MockClock() });
const policy = (capacityMax: number) => ({ capacityMax, restoreRateHz: 1 });

describe('limits that are passed to calls repeatedly', () => {
  test('count as they are now, when their object was changed', () => {
    const limiter = limiterOfTiers();
    const single = policy(5);
    const record = { burst: policy(7), daily: policy(9) };
    const capacities = () =>
      [single, record].map(limits => limiter.peek('k', 1, limits).limits.map(limit => limit.capacityMax));
    expect(capacities()).toEqual([[5], [7, 9]]);

    single.capacityMax = 6;
    record.daily.capacityMax = 10;
    expect(capacities()).toEqual([[6], [7, 10]]);

    Object.assign(record, { yearly: policy(11) });
    expect(capacities()).toEqual([[6], [7, 10, 11]]);
  });

  test.each<[string, object, string]>([
    ['an unknown option', { capacityMax: 5, restoreRateHz: 1, burst: 2 }, 'burst'],
    ['a policy that is missing', { burst: undefined, daily: policy(9) }, 'limits.burst'],
    ['null', { burst: null, daily: policy(9) }, 'limits.burst'],
    ['an unknown option of one of several', { burst: { ...policy(7), rate: 1 }, daily: policy(9) }, 'rate'],
    ['a wrong rate', { capacityMax: 5, restoreRateHz: Number.NaN }, 'restoreRateHz'],
  ])('are refused with %s, after right ones with the same names', (_what, wrong, named) => {
    const limiter = limiterOfTiers();
    limiter.peek('k', 1, policy(5));
    limiter.peek('k', 1, { burst: policy(7), daily: policy(9) });
    expect(() => limiter.peek('k', 1, wrong as never)).toThrow(named);
    expect(() => limiter.peek('k', 1, null as never)).toThrow('limits');
  });

  test('stay in their order, and apart from others of the same names', () => {
    const limiter = limiterOfTiers();
    const names = (limits: object) => limiter.peek('k', 1, limits as never).limits.map(({ name }) => name);
    expect(names({ a: policy(1), b: policy(2) })).toEqual(['a', 'b']);
    expect(names({ b: policy(2), a: policy(1) })).toEqual(['b', 'a']);
    expect(names({ a: policy(1) })).toEqual(['a']);
    expect(names(policy(1))).toEqual(['default']);
  });

  test('are right among more plans than are remembered', () => {
    const limiter = limiterOfTiers();
    for (let round = 0; round < 3; round++) {
      for (let i = 1; i <= 20; i++) {
        expect(limiter.peek('k', 1, perMinute(i)).limits[0]?.capacityMax).toBe(i);
      }
    }
  });
});
