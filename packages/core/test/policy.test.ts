import {
  type BucketPolicy,
  type Limits,
  perDay,
  perHour,
  perMinute,
  perSecond,
  RateLimiter,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';

describe('perSecond, perMinute, perHour and perDay', () => {
  test.each<[string, BucketPolicy, BucketPolicy]>([
    ['perSecond(20)', perSecond(20), { capacityMax: 20, restoreRateHz: 20 }],
    ['perMinute(5)', perMinute(5), { capacityMax: 5, restoreRateHz: 5 / 60 }],
    ['perHour(20)', perHour(20), { capacityMax: 20, restoreRateHz: 20 / 3600 }],
    ['perDay(5000)', perDay(5000), { capacityMax: 5000, restoreRateHz: 5000 / 86_400 }],
    ['perSecond(1, { burst: 5 })', perSecond(1, { burst: 5 }), { capacityMax: 5, restoreRateHz: 1 }],
    ['perDay(1e12)', perDay(1e12), { capacityMax: 1e12, restoreRateHz: 1e12 / 86_400 }],
    ['a fraction: burst is 1', perSecond(0.2), { capacityMax: 1, restoreRateHz: 0.2 }],
    ['a fraction above 1: burst is rounded up', perMinute(2.5), { capacityMax: 3, restoreRateHz: 2.5 / 60 }],
    ['an empty bag of options', perSecond(2, {}), { capacityMax: 2, restoreRateHz: 2 }],
  ])('%s', (_, policy, expected) => {
    expect(policy).toEqual(expected);
  });

  test('a policy cannot be changed afterwards', () => {
    expect(Object.isFrozen(perSecond(1))).toBe(true);
  });

  test.each<[string, () => unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    ['0', () => perSecond(0), RangeError, 'perSecond: n must be > 0, got 0'],
    ['below 0', () => perMinute(-3), RangeError, 'perMinute: n must be > 0, got -3'],
    ['NaN', () => perHour(Number.NaN), RangeError, 'perHour: n must be finite, got NaN'],
    ['Infinity', () => perDay(Infinity), RangeError, 'perDay: n must be finite, got Infinity'],
    ['a string', () => perSecond('5' as never), TypeError, 'perSecond: n must be a number, got "5"'],
    [
      'nothing',
      () => perSecond(undefined as never),
      TypeError,
      'perSecond: n must be a number, got undefined',
    ],
    [
      'so little that no rate is left',
      () => perDay(Number.MIN_VALUE),
      RangeError,
      'perDay: restoreRateHz must be > 0, got 0',
    ],
    [
      'a burst of 0',
      () => perSecond(5, { burst: 0 }),
      RangeError,
      'perSecond: burst must be a whole number from 1 to 1000000000000, got 0',
    ],
    [
      'a burst with a fraction',
      () => perMinute(5, { burst: 1.5 }),
      RangeError,
      'perMinute: burst must be a whole number from 1 to 1000000000000, got 1.5',
    ],
    [
      'a burst beyond 1e12',
      () => perHour(5, { burst: 1e12 + 1 }),
      RangeError,
      'perHour: burst must be a whole number from 1 to 1000000000000, got 1000000000001',
    ],
    [
      'a burst that is no number',
      () => perDay(5, { burst: '7' as never }),
      TypeError,
      'perDay: burst must be a number, got "7"',
    ],
    [
      'a burst of null',
      () => perDay(5, { burst: null as never }),
      TypeError,
      'perDay: burst must be a number, got null',
    ],
    [
      'a misspelt option',
      () => perSecond(5, { bursts: 7 } as never),
      TypeError,
      'perSecond: unknown option "bursts", known options: burst',
    ],
    [
      'a burst without its name',
      () => perSecond(5, 7 as never),
      TypeError,
      'perSecond: options must be an object, got 7',
    ],
  ])('refuses %s', (_, make, kind, message) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe('limits', () => {
  const namesOf = (limits: Limits, name?: string) =>
    new RateLimiter({ limits, ...(name === undefined ? {} : { name }) }).limits;

  test('a single policy is called "default", or by the name of the limiter', () => {
    expect(namesOf(perSecond(5))).toEqual([{ name: 'default', capacityMax: 5, restoreRateHz: 5 }]);
    expect(namesOf(perSecond(5), 'api')).toEqual([{ name: 'api', capacityMax: 5, restoreRateHz: 5 }]);
  });

  test('several policies keep their names and their order', () => {
    expect(namesOf({ burst: perSecond(20), daily: perDay(5000) }, 'api').map(limit => limit.name)).toEqual([
      'burst',
      'daily',
    ]);
  });

  test('limits may be called like the fields of a policy, or like what every object has', () => {
    const limits = {
      capacityMax: perSecond(1),
      restoreRateHz: perSecond(2),
      constructor: perSecond(3),
      ['__proto__']: perSecond(4),
    };
    expect(namesOf(limits).map(({ name, capacityMax }) => [name, capacityMax])).toEqual([
      ['capacityMax', 1],
      ['restoreRateHz', 2],
      ['constructor', 3],
      ['__proto__', 4],
    ]);
  });

  test('a policy that changes after construction changes nothing', () => {
    const policy = { capacityMax: 5, restoreRateHz: 1 };
    const limiter = new RateLimiter({ limits: policy });
    policy.capacityMax = 50;
    expect(limiter.check('k', 6).allowed).toBe(false);
  });

  test.each<[string, unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    [
      'nothing',
      undefined,
      TypeError,
      'RateLimiter: limits must be a policy or an object of policies, got undefined',
    ],
    ['null', null, TypeError, 'RateLimiter: limits must be a policy or an object of policies, got null'],
    ['a number', 5, TypeError, 'RateLimiter: limits must be a policy or an object of policies, got 5'],
    [
      'an array',
      [perSecond(5)],
      TypeError,
      'RateLimiter: limits must be a policy or an object of policies, got an array of 1',
    ],
    ['no policy at all', {}, RangeError, 'RateLimiter: limits must name at least one policy, got none'],
    [
      'a number in the place of a policy',
      { burst: 5 },
      TypeError,
      'RateLimiter: limits.burst: options must be an object, got 5',
    ],
    [
      'half a policy',
      { capacityMax: 5 },
      TypeError,
      'RateLimiter: restoreRateHz must be a number, got undefined',
    ],
    [
      'the other half of a policy',
      { restoreRateHz: 5 },
      TypeError,
      'RateLimiter: capacityMax must be a number, got undefined',
    ],
    [
      'an unknown field',
      { capacityMax: 5, restoreRateHz: 1, burst: 2 },
      TypeError,
      'RateLimiter: limits: unknown option "burst", known options: capacityMax, restoreRateHz',
    ],
    [
      'an unknown field of a named policy',
      { daily: { capacityMax: 5, restoreRateHz: 1, windowMs: 2 } },
      TypeError,
      'RateLimiter: limits.daily: unknown option "windowMs", known options: capacityMax, restoreRateHz',
    ],
    [
      'a rate below 0',
      { capacityMax: 5, restoreRateHz: -5 },
      RangeError,
      'RateLimiter: restoreRateHz must be > 0, got -5',
    ],
    [
      'a rate of 0',
      { slow: { capacityMax: 5, restoreRateHz: 0 } },
      RangeError,
      'RateLimiter: limits.slow: restoreRateHz must be > 0, got 0',
    ],
    [
      'an infinite rate',
      { capacityMax: 5, restoreRateHz: Infinity },
      RangeError,
      'RateLimiter: restoreRateHz must be finite, got Infinity',
    ],
    [
      'a capacity with a fraction',
      { capacityMax: 2.5, restoreRateHz: 1 },
      RangeError,
      'RateLimiter: capacityMax must be a whole number from 1 to 1000000000000, got 2.5',
    ],
    [
      'a capacity of 0',
      { capacityMax: 0, restoreRateHz: 1 },
      RangeError,
      'RateLimiter: capacityMax must be a whole number from 1 to 1000000000000, got 0',
    ],
    [
      'a capacity beyond 1e12',
      { capacityMax: 1e13, restoreRateHz: 1 },
      RangeError,
      'RateLimiter: capacityMax must be a whole number from 1 to 1000000000000, got 10000000000000',
    ],
    [
      'a capacity in text',
      { capacityMax: '5', restoreRateHz: 1 },
      TypeError,
      'RateLimiter: capacityMax must be a number, got "5"',
    ],
    [
      'an empty name',
      { '': perSecond(1) },
      RangeError,
      'RateLimiter: the name of a limit must be printable ASCII, not empty, got ""',
    ],
    [
      'a name that no header can hold',
      { täglich: perSecond(1) },
      RangeError,
      'RateLimiter: the name of a limit must be printable ASCII, not empty, got "täglich"',
    ],
    [
      'a name with a line break',
      { 'a\nb': perSecond(1) },
      RangeError,
      'RateLimiter: the name of a limit must be printable ASCII, not empty, got "a\\nb"',
    ],
  ])('refuses %s', (_, limits, kind, message) => {
    const make = () => new RateLimiter({ limits: limits as Limits });
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});
