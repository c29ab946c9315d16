import {
  type BucketStore,
  type Decision,
  MemoryBucketStore,
  MockClock,
  perDay,
  perMinute,
  perSecond,
  RateLimiter,
} from '@breaking/core';
import { limiterNamed } from '@breaking/core/internal';
import { describe, expect, expectTypeOf, test } from 'vitest';

const BOTH = { burst: perSecond(2), daily: perDay(5) };

function limiterOf(limits: ConstructorParameters<typeof RateLimiter>[0]['limits'], name?: string) {
  const clock = new MockClock(1000);
  return { clock, limiter: new RateLimiter({ limits, clock, name }) };
}

const tokensOf = (decision: Decision) => decision.limits.map(limit => limit.tokensLeft);

describe('check', () => {
  test('takes one token by default, or the cost', () => {
    const { limiter } = limiterOf(perMinute(10));
    expect(tokensOf(limiter.check('k'))).toEqual([9]);
    expect(tokensOf(limiter.check('k', 4))).toEqual([5]);
  });

  test('gives every key its own bucket', () => {
    const { limiter } = limiterOf(perSecond(1));
    expect([limiter.check('a').allowed, limiter.check('a').allowed]).toEqual([true, false]);
    expect(limiter.check('b').allowed).toBe(true);
  });

  test('debits all limits together', () => {
    const { limiter } = limiterOf(BOTH);
    expect(tokensOf(limiter.check('k'))).toEqual([1, 4]);
    expect(tokensOf(limiter.check('k'))).toEqual([0, 3]);
  });

  test('debits none when one refuses: a refusal costs nothing', () => {
    const { limiter, clock } = limiterOf(BOTH);
    limiter.check('k', 2);
    for (let i = 0; i < 10; i++) {
      const refused = limiter.check('k');
      expect(refused).toMatchObject({ allowed: false, violated: ['burst'] });
      expect(tokensOf(refused)).toEqual([0, 3]);
    }
    clock.advanceBy(1);
    expect(tokensOf(limiter.check('k', 2))).toEqual([0, 1]);
    clock.advanceBy(1);
    const refused = limiter.check('k', 2);
    expect(refused).toMatchObject({ allowed: false, violated: ['daily'] });
    expect(tokensOf(refused)).toEqual([2, 1]);
  });

  test('names every limit that refused, and waits for the slowest', () => {
    const { limiter } = limiterOf(BOTH);
    limiter.check('k', 2);
    limiter.refund('k', 1);
    limiter.check('k', 1);
    const refused = limiter.peek('k', 2);
    expect(refused.violated).toEqual(['burst']);
    expect(refused.retryAfterSecs).toBe(1);
  });

  test('a caller that waits exactly retryAfterSecs is admitted', () => {
    const { limiter, clock } = limiterOf({ burst: perSecond(3), hourly: perMinute(7) });
    for (let i = 0; i < 200; i++) {
      const decision = limiter.check('k', 1 + (i % 3));
      if (decision.allowed) continue;
      clock.advanceBy(decision.retryAfterSecs);
      expect(limiter.check('k', 1 + (i % 3)).allowed).toBe(true);
    }
  });

  test('a cost of 0 looks and takes nothing, and is never refused', () => {
    const { limiter } = limiterOf(perSecond(1));
    expect(limiter.check('k', 0)).toMatchObject({ allowed: true, retryAfterSecs: 0 });
    limiter.check('k');
    const looked = limiter.check('k', 0);
    expect(looked).toMatchObject({ allowed: true, violated: [], retryAfterSecs: 0 });
    expect(tokensOf(looked)).toEqual([0]);
  });

  test('a cost of 0 is not refused even if the debt exceeds a lowered capacity', () => {
    for (let capacityMax = 1; capacityMax <= 300; capacityMax++) {
      const { limiter } = limiterOf({ capacityMax: 1000, restoreRateHz: 1 });
      limiter.check('k', 1000);
      expect(limiter.check('k', 0, { capacityMax, restoreRateHz: 1 }).allowed).toBe(true);
    }
  });

  test('a cost above capacityMax is refused with no time to retry at, and takes nothing', () => {
    const { limiter } = limiterOf(BOTH);
    const refused = limiter.check('k', 3);
    expect(refused).toMatchObject({ allowed: false, violated: ['burst'], retryAfterSecs: Infinity });
    expect(tokensOf(refused)).toEqual([2, 5]);
    expect(limiter.check('k', 6)).toMatchObject({ violated: ['burst', 'daily'], retryAfterSecs: Infinity });
  });

  test('answers synchronously with the memory store, and with a promise if the store does', async () => {
    const memory = new MemoryBucketStore();
    const later = {
      check: async (...args: Parameters<MemoryBucketStore['check']>) => memory.check(...args),
      peek: async (...args: Parameters<MemoryBucketStore['peek']>) => memory.peek(...args),
      refund: async (...args: Parameters<MemoryBucketStore['refund']>) => memory.refund(...args),
      reset: async (key: string) => memory.reset(key),
    };
    const atOnce = new RateLimiter({ name: 'api', limits: perSecond(1), store: memory });
    const awaited = new RateLimiter({ name: 'api', limits: perSecond(1), store: later });
    const own = new RateLimiter({ limits: perSecond(1) });
    expectTypeOf(own.check('k')).toEqualTypeOf<Decision>();
    expectTypeOf(atOnce.peek('k')).toEqualTypeOf<Decision>();
    expectTypeOf(awaited.check('k')).toEqualTypeOf<Promise<Decision>>();
    expectTypeOf(awaited.refund('k')).toEqualTypeOf<Promise<void>>();
    expectTypeOf<RateLimiter<BucketStore>['check']>().returns.toEqualTypeOf<Decision | Promise<Decision>>();
    await awaited.reset('k');
    expect((await awaited.check('k')).allowed).toBe(true);
    expect((await awaited.check('k')).allowed).toBe(false);
  });

  test('uses the monotonic clock by default', () => {
    const limiter = new RateLimiter({ limits: perDay(1) });
    expect([limiter.check('k').allowed, limiter.check('k').allowed]).toEqual([true, false]);
  });
});

describe('peek', () => {
  test('decides as check would, and takes nothing', () => {
    const { limiter } = limiterOf(BOTH);
    for (let i = 0; i < 5; i++) {
      expect(limiter.peek('k', 2)).toMatchObject({ allowed: true, violated: [], retryAfterSecs: 0 });
      expect(tokensOf(limiter.peek('k', 2))).toEqual([2, 5]);
      expect(limiter.peek('k', 3)).toMatchObject({ allowed: false, retryAfterSecs: Infinity });
    }
    limiter.check('k', 2);
    const { allowed, violated, retryAfterSecs } = limiter.peek('k');
    expect({ allowed, violated, retryAfterSecs }).toEqual({
      allowed: false,
      violated: ['burst'],
      retryAfterSecs: 0.5,
    });
    expect(limiter.check('k')).toMatchObject({ allowed, violated, retryAfterSecs });
  });
});

describe('refund', () => {
  test('puts tokens back into every limit, one by default', () => {
    const { limiter } = limiterOf(BOTH);
    limiter.check('k', 2);
    limiter.refund('k');
    expect(tokensOf(limiter.peek('k'))).toEqual([1, 4]);
    expect(limiter.refund('k', 1)).toBeUndefined();
    expect(tokensOf(limiter.peek('k'))).toEqual([2, 5]);
  });

  test('never banks more than capacityMax', () => {
    const { limiter, clock } = limiterOf(perSecond(3));
    limiter.refund('k', 1000);
    expect(tokensOf(limiter.check('k', 2))).toEqual([1]);
    limiter.refund('k', 1000);
    expect(tokensOf(limiter.peek('k'))).toEqual([3]);
    clock.advanceBy(10);
    expect(limiter.check('k', 4).allowed).toBe(false);
    expect(limiter.check('k', 3).allowed).toBe(true);
    expect(limiter.check('k', 1).allowed).toBe(false);
  });

  test('under the limits of a tier uses the buckets of the tier', () => {
    const { limiter } = limiterOf(perMinute(10));
    limiter.check('k', 10);
    limiter.refund('k', 3, perMinute(100));
    expect(tokensOf(limiter.peek('k'))).toEqual([3]);
  });
});

describe('reset', () => {
  test('makes all buckets of the key full, and touches no other key', () => {
    const { limiter } = limiterOf(BOTH);
    limiter.check('k', 2);
    limiter.check('other', 2);
    expect(limiter.reset('k')).toBeUndefined();
    expect(tokensOf(limiter.peek('k'))).toEqual([2, 5]);
    expect(tokensOf(limiter.peek('other'))).toEqual([0, 3]);
    limiter.reset('never seen');
  });
});

describe('tiers: limits for one call', () => {
  test('keep the debt of the key', () => {
    const { limiter } = limiterOf(perMinute(10));
    limiter.check('k', 8);
    expect(tokensOf(limiter.peek('k', 1, perMinute(100)))).toEqual([92]);
    expect(tokensOf(limiter.check('k', 50, perMinute(100)))).toEqual([42]);
    expect(tokensOf(limiter.peek('k'))).toEqual([0]);
  });

  test('a lower limit counts the debt for at most its own capacity and the slack', () => {
    const { limiter, clock } = limiterOf({ capacityMax: 1000, restoreRateHz: 1 });
    limiter.check('k', 1000);
    const low = { capacityMax: 10, restoreRateHz: 1 };
    const refused = limiter.peek('k', 1, low);
    expect(refused.allowed).toBe(false);
    expect(refused.retryAfterSecs).toBeCloseTo(1.001, 9);
    expect(limiter.peek('k', 10, low).retryAfterSecs).toBeCloseTo(10.001, 9);
    clock.advanceBy(refused.retryAfterSecs);
    expect(limiter.check('k', 1, low).allowed).toBe(true);
  });

  test('a lower limit that refuses, or looks, forgives nothing', () => {
    const { limiter } = limiterOf({ capacityMax: 1000, restoreRateHz: 1 });
    limiter.check('k', 600);
    expect(limiter.check('k', 1, { capacityMax: 10, restoreRateHz: 1 }).allowed).toBe(false);
    expect(tokensOf(limiter.peek('k'))).toEqual([400]);
  });

  test('are named as the limiter is when single, so that debt follows; other names start full', () => {
    const { limiter } = limiterOf(perMinute(10), 'api');
    limiter.check('k', 10);
    const tier = limiter.peek('k', 1, { api: perMinute(10), extra: perMinute(3) });
    expect(tier.limits.map(({ name, tokensLeft }) => [name, tokensLeft])).toEqual([
      ['api', 0],
      ['extra', 3],
    ]);
  });

  test('a limit that a tier leaves out keeps its debt meanwhile', () => {
    const { limiter, clock } = limiterOf(BOTH);
    limiter.check('k', 2);
    limiter.check('k', 1, { other: perSecond(5) });
    clock.advanceBy(0.5);
    expect(tokensOf(limiter.peek('k'))).toEqual([1, 3]);
  });
});

describe('names and keys', () => {
  const STRANGE_KEYS = [
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    'a:b',
    '1:a',
    '3:api:k',
    '{a}',
    'line\nbreak',
    'nul\0byte',
    'ключ',
    '🔑',
    '\ud83d',
    '\udd11',
    '\ufffd',
    'k'.repeat(256),
    'k'.repeat(257),
    'k'.repeat(100_000),
    `${'k'.repeat(100_000)}\ud83d`,
    `${'k'.repeat(100_000)}\udd11`,
    `${'k'.repeat(100_000)}\ufffd`,
    'sha256:',
  ];

  test('any string is a key, and no two share a bucket', () => {
    const { limiter } = limiterOf(perDay(1));
    for (const key of STRANGE_KEYS) expect(limiter.check(key).allowed).toBe(true);
    for (const key of STRANGE_KEYS) expect(limiter.check(key).allowed).toBe(false);
    limiter.reset('__proto__');
    expect(STRANGE_KEYS.filter(key => limiter.peek(key).allowed)).toEqual(['__proto__']);
  });

  /** Records the keys that a limiter passes to its store. */
  function keysSeen() {
    const memory = new MemoryBucketStore();
    const keys: string[] = [];
    const store = {
      check(...args: Parameters<MemoryBucketStore['check']>) {
        keys.push(args[0]);
        return memory.check(...args);
      },
      peek: memory.peek.bind(memory),
      refund: memory.refund.bind(memory),
      reset: memory.reset.bind(memory),
    };
    return { keys, store };
  }

  test('long keys are digested: a store receives only short keys', () => {
    const { keys, store } = keysSeen();
    const limiter = new RateLimiter({ name: 'api', limits: perDay(1), store });
    for (const key of STRANGE_KEYS) limiter.check(key);
    expect(Math.max(...keys.map(key => key.length))).toBeLessThanOrEqual(256 + '3:api:'.length);
    expect(new Set(keys).size).toBe(STRANGE_KEYS.length);
  });

  test('a digest cannot be passed off as the key that it was made of', () => {
    const { keys, store } = keysSeen();
    const limiter = new RateLimiter({ name: 'api', limits: perDay(1), store });
    limiter.check('k'.repeat(300));
    const digest = keys[0]?.slice('3:api:'.length) ?? '';
    expect(digest.length).toBeLessThan(100);
    expect(limiter.check(digest).allowed).toBe(true);
  });

  test('limiters of one name share their buckets in one store', () => {
    const store = new MemoryBucketStore();
    const [one, two] = [1, 2].map(() => new RateLimiter({ name: 'api', limits: perDay(3), store }));
    one?.check('k', 2);
    expect(two?.check('k', 2).allowed).toBe(false);
    two?.refund('k', 2);
    expect(one?.check('k', 3).allowed).toBe(true);
    two?.reset('k');
    expect(one?.check('k', 3).allowed).toBe(true);
  });

  test('limiters of different names never share, however names and keys are split', () => {
    const store = new MemoryBucketStore();
    const split = [
      ['a', 'b:c'],
      ['a:b', 'c'],
      ['a', '1:b:c'],
      ['1:a', 'b'],
      ['1', ':a:b'],
      ['a:', 'b'],
      ['a', ':b'],
      ['1:1:a', ''],
    ] as const;
    for (const [name, key] of split) {
      const limiter = new RateLimiter({ name, limits: { only: perDay(1) }, store });
      expect(limiter.check(key).allowed, `${name} + ${key}`).toBe(true);
    }
  });

  test('limiters without a store share nothing, whatever their names', () => {
    const [one, two] = [1, 2].map(() => new RateLimiter({ name: 'api', limits: perDay(1) }));
    expect([one?.check('k').allowed, two?.check('k').allowed]).toEqual([true, true]);
  });
});

describe('wrong input', () => {
  const store = new MemoryBucketStore();

  test.each<[string, unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    ['no options', undefined, TypeError, 'RateLimiter: options must be an object, got undefined'],
    [
      'an unknown option',
      { limits: perSecond(1), max: 5 },
      TypeError,
      'RateLimiter: unknown option "max", known options: name, limits, store, clock, enforce',
    ],
    [
      'something else in the place of options',
      Object.assign(new Error('no'), { limits: perSecond(1), host: 'redis-1' }),
      TypeError,
      'RateLimiter: options must be an object with name, limits, store, clock, enforce, maxWaitSecs, got an object of Error',
    ],
    [
      'a store without a name',
      { limits: perSecond(1), store },
      TypeError,
      'RateLimiter: name is required with store, since limiters of the same name share buckets, got undefined',
    ],
    [
      'a store that is none',
      { name: 'a', limits: perSecond(1), store: new Map() },
      TypeError,
      'RateLimiter: store must be an object with a method check, got an object of Map',
    ],
    [
      'half a store',
      { name: 'a', limits: perSecond(1), store: { check() {}, peek() {} } },
      TypeError,
      'RateLimiter: store must be an object with a method refund, got an object of Object',
    ],
    [
      'null as a store',
      { name: 'a', limits: perSecond(1), store: null },
      TypeError,
      'RateLimiter: store must be an object with a method check, got null',
    ],
    [
      'an empty name',
      { name: '', limits: perSecond(1) },
      RangeError,
      'RateLimiter: name must be printable ASCII, not empty, got ""',
    ],
    [
      'a name with a line break',
      { name: 'a\n', limits: perSecond(1) },
      RangeError,
      'RateLimiter: name must be printable ASCII, not empty, got "a\\n"',
    ],
    [
      'a name that is no string',
      { name: 7, limits: perSecond(1) },
      TypeError,
      'RateLimiter: name must be a string, got 7',
    ],
    [
      'a clock that is none',
      { limits: perSecond(1), clock: Date.now },
      TypeError,
      'RateLimiter: clock must be an object with a method secondsSinceEpoch, got function now',
    ],
    [
      'a share above 1',
      { limits: perSecond(1), enforce: 1.1 },
      RangeError,
      'RateLimiter: enforce must be from 0 to 1, got 1.1',
    ],
    [
      'a share below 0',
      { limits: perSecond(1), enforce: -0.1 },
      RangeError,
      'RateLimiter: enforce must be from 0 to 1, got -0.1',
    ],
    [
      'a share of NaN',
      { limits: perSecond(1), enforce: Number.NaN },
      RangeError,
      'RateLimiter: enforce must be from 0 to 1, got NaN',
    ],
    [
      'a share in text',
      { limits: perSecond(1), enforce: 'no' },
      TypeError,
      'RateLimiter: enforce must be a boolean or a number, got "no"',
    ],
    [
      'null for a share',
      { limits: perSecond(1), enforce: null },
      TypeError,
      'RateLimiter: enforce must be a boolean or a number, got null',
    ],
  ])('%s is refused at construction', (_, options, kind, message) => {
    const make = () => new RateLimiter(options as ConstructorParameters<typeof RateLimiter>[0]);
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });

  test('errors of a limiter with another name for its errors begin with that name', () => {
    const wrong = { capacityMax: 5, restoreRateHz: -5 };
    expect(() => limiterNamed('rateLimit', { limits: wrong })).toThrow(
      'rateLimit: restoreRateHz must be > 0, got -5',
    );
    const limiter = limiterNamed('rateLimit', { limits: perDay(5) });
    expect(limiter).toBeInstanceOf(RateLimiter);
    expect(() => limiter.check('k', 1, wrong)).toThrow('rateLimit: restoreRateHz must be > 0, got -5');
  });

  test.each([
    [-1, RangeError, 'RateLimiter: cost must be a whole number, at least 0, got -1'],
    [0.5, RangeError, 'RateLimiter: cost must be a whole number, at least 0, got 0.5'],
    [Number.NaN, RangeError, 'RateLimiter: cost must be a whole number, at least 0, got NaN'],
    [Infinity, RangeError, 'RateLimiter: cost must be a whole number, at least 0, got Infinity'],
    ['2', TypeError, 'RateLimiter: cost must be a number, got "2"'],
    [null, TypeError, 'RateLimiter: cost must be a number, got null'],
  ])('a cost of %s is refused and takes nothing', (cost, kind, message) => {
    const { limiter } = limiterOf(perDay(5));
    for (const call of [() => limiter.check('k', cost as number), () => limiter.peek('k', cost as number)]) {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    }
    expect(tokensOf(limiter.peek('k'))).toEqual([5]);
  });

  test.each([
    [0, RangeError, 'RateLimiter: n must be a whole number, at least 1, got 0'],
    [-1, RangeError, 'RateLimiter: n must be a whole number, at least 1, got -1'],
    [1.5, RangeError, 'RateLimiter: n must be a whole number, at least 1, got 1.5'],
    ['1', TypeError, 'RateLimiter: n must be a number, got "1"'],
  ])('a refund of %s is an error and gives nothing back', (n, kind, message) => {
    const { limiter } = limiterOf(perDay(5));
    limiter.check('k', 3);
    const call = () => limiter.refund('k', n as number);
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
    expect(tokensOf(limiter.peek('k'))).toEqual([2]);
  });

  test.each([
    [undefined, 'RateLimiter: key must be a string, got undefined'],
    [null, 'RateLimiter: key must be a string, got null'],
    [7, 'RateLimiter: key must be a string, got 7'],
    [['k'], 'RateLimiter: key must be a string, got an array of 1'],
    [Symbol('k'), 'RateLimiter: key must be a string, got Symbol(k)'],
  ])('a key that is not a string is an error in every method: %s', (key, message) => {
    const { limiter } = limiterOf(perDay(5));
    const wrong = key as never;
    for (const call of [
      () => limiter.check(wrong),
      () => limiter.peek(wrong),
      () => limiter.refund(wrong),
      () => limiter.reset(wrong),
    ]) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(message);
    }
  });

  test('wrong limits for one call are refused and take nothing', () => {
    const { limiter } = limiterOf(perDay(5), 'api');
    const wrong = { capacityMax: 5, restoreRateHz: -5 };
    const message = 'RateLimiter: restoreRateHz must be > 0, got -5';
    expect(() => limiter.check('k', 1, wrong)).toThrow(message);
    expect(() => limiter.peek('k', 1, wrong)).toThrow(message);
    expect(() => limiter.refund('k', 1, wrong)).toThrow(message);
    expect(() => limiter.check('k', 1, null as never)).toThrow(TypeError);
    expect(tokensOf(limiter.peek('k'))).toEqual([5]);
  });
});

describe('enforce', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 12}.${(i >> 4) & 255}.${i & 15}`);
  const shareOf = (enforce: boolean | number) => {
    const limiter = new RateLimiter({ limits: perSecond(1), enforce });
    return keys.filter(key => limiter.enforces(key)).length / keys.length;
  };

  test('is for all keys by default, and for none in shadow mode', () => {
    expect(new RateLimiter({ limits: perSecond(1) }).enforces('k')).toBe(true);
    expect([true, 1, false, 0].map(shareOf)).toEqual([1, 1, 0, 0]);
  });

  test.each([0.01, 0.1, 0.5, 0.9])('%f is near that share of the keys', share => {
    expect(Math.abs(shareOf(share) - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / keys.length));
  });

  test('is stable: the same keys in every limiter, and those of a smaller share among those of a larger', () => {
    const [tenth, again, half] = [0.1, 0.1, 0.5].map(
      enforce => new RateLimiter({ limits: perSecond(1), enforce, name: `at ${enforce}` }),
    );
    const enforced = keys.filter(key => tenth?.enforces(key));
    expect(keys.filter(key => again?.enforces(key))).toEqual(enforced);
    expect(enforced.every(key => half?.enforces(key))).toBe(true);
    // These must never change: servers with different versions of this package must agree.
    expect(
      ['a', 'b', 'alice', 'bob', '192.0.2.1', '192.0.2.2', ''].filter(key => half?.enforces(key)),
    ).toEqual(['a', '192.0.2.1']);
  });

  test('changes nothing about the decision', () => {
    const limiter = new RateLimiter({ limits: perSecond(1), enforce: false });
    expect([limiter.check('k').allowed, limiter.check('k').allowed]).toEqual([true, false]);
  });
});
