import { type Clock, MockClock, TokenBucket } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { SteppingClock } from './steppingClock.js';

/** One call at one moment, and what it returns. */
type Step = readonly [
  time: number,
  call: 'take' | 'fill' | 'hasTokensLeft' | 'tryTake' | 'secondsUntil' | 'capacityCurrent',
  n: number | undefined,
  result: number | boolean,
];

/** Applies calls to one bucket that starts full at 0. Times may go backwards. */
function run(policy: { capacityMax: number; restoreRateHz: number }, steps: readonly Step[]): void {
  const clock = new SteppingClock();
  const bucket = new TokenBucket({ ...policy, clock });
  steps.forEach(([time, call, n, result], i) => {
    clock.time = time;
    const got = call === 'capacityCurrent' ? bucket.capacityCurrent : bucket[call](n);
    expect(got, `step ${i}: ${call}(${n ?? ''}) at ${time}`).toBe(result);
  });
}

const TEN_AT_ONE = { capacityMax: 10, restoreRateHz: 1 };

describe('a token bucket', () => {
  test('starts full, and shows its policy', () => {
    const bucket = new TokenBucket({ capacityMax: 3, restoreRateHz: 0.5, clock: new MockClock(99) });
    expect(bucket).toMatchObject({ capacityMax: 3, restoreRateHz: 0.5, capacityCurrent: 3 });
  });

  test('uses the monotonic clock by default', () => {
    const bucket = new TokenBucket({ capacityMax: 2, restoreRateHz: 1 / 86_400 });
    expect([bucket.tryTake(2), bucket.tryTake()]).toEqual([true, false]);
  });

  test('every n is 1 by default', () => {
    run(TEN_AT_ONE, [
      [0, 'take', undefined, 0],
      [0, 'tryTake', undefined, true],
      [0, 'capacityCurrent', undefined, 8],
      [0, 'fill', undefined, 0],
      [0, 'capacityCurrent', undefined, 9],
      [0, 'hasTokensLeft', undefined, true],
      [0, 'secondsUntil', undefined, 0],
    ]);
  });

  test('regains tokens continuously, up to its capacity and no further', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 10, 0],
      [0.5, 'capacityCurrent', undefined, 0],
      [1, 'capacityCurrent', undefined, 1],
      [7.75, 'capacityCurrent', undefined, 7],
      [10, 'capacityCurrent', undefined, 10],
      [1e9, 'capacityCurrent', undefined, 10],
      [1e9, 'tryTake', 11, false],
    ]);
  });

  test('allows a rate below one token a second', () => {
    run({ capacityMax: 5, restoreRateHz: 5 / 60 }, [
      [0, 'take', 5, 0],
      [11.9, 'tryTake', 1, false],
      [12, 'tryTake', 1, true],
      [12, 'tryTake', 1, false],
      [24, 'tryTake', 1, true],
    ]);
  });
});

describe('take', () => {
  test('returns the shortage, and takes what there is', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 4, 0],
      [0, 'take', 7, 1],
      [0, 'take', 7, 7],
      [0, 'capacityCurrent', undefined, 0],
    ]);
  });

  test('takes whole tokens only: a fraction stays', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 10, 0],
      [2.75, 'take', 9, 7],
      [3, 'tryTake', 1, true],
      [3, 'tryTake', 1, false],
    ]);
  });

  test('of more than the capacity takes the capacity', () => {
    run(TEN_AT_ONE, [
      [0, 'take', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 10],
      [0, 'capacityCurrent', undefined, 0],
      [1, 'capacityCurrent', undefined, 1],
    ]);
  });
});

describe('fill', () => {
  test('puts tokens back and returns the overflow', () => {
    run(TEN_AT_ONE, [
      [0, 'fill', 3, 3],
      [0, 'take', 6, 0],
      [0, 'fill', 2, 0],
      [0, 'fill', 7, 3],
      [0, 'capacityCurrent', undefined, 10],
      [0, 'take', 11, 1],
    ]);
  });

  test('counts the overflow from the whole tokens there, and never holds more than the capacity', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 10, 0],
      [9.5, 'fill', 1, 0],
      [9.5, 'capacityCurrent', undefined, 10],
      [9.5, 'tryTake', 10, true],
      [10, 'tryTake', 1, false],
      [10.5, 'tryTake', 1, true],
    ]);
  });

  test('keeps a fraction that is on its way', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 10, 0],
      [0.5, 'fill', 2, 0],
      [0.5, 'capacityCurrent', undefined, 2],
      [1, 'capacityCurrent', undefined, 3],
    ]);
  });

  test('of more than fits overflows by the rest', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 1, 0],
      [0, 'fill', 1e12, 1e12 - 1],
      [0, 'capacityCurrent', undefined, 10],
    ]);
  });
});

describe('tryTake', () => {
  test('takes all or nothing: a refusal takes nothing', () => {
    run(TEN_AT_ONE, [
      [0, 'tryTake', 7, true],
      [0, 'tryTake', 4, false],
      [0, 'tryTake', 3, true],
      [0, 'tryTake', 1, false],
      [1, 'tryTake', 1, true],
    ]);
  });

  test('of more than the capacity is always refused', () => {
    run(TEN_AT_ONE, [
      [0, 'tryTake', 11, false],
      [1e9, 'tryTake', 11, false],
      [1e9, 'tryTake', 10, true],
    ]);
  });
});

describe('a look', () => {
  test('hasTokensLeft, secondsUntil and capacityCurrent take nothing', () => {
    run(TEN_AT_ONE, [
      [0, 'hasTokensLeft', 10, true],
      [0, 'hasTokensLeft', 11, false],
      [0, 'secondsUntil', 10, 0],
      [0, 'capacityCurrent', undefined, 10],
      [0, 'tryTake', 10, true],
      [0, 'hasTokensLeft', 1, false],
      [1, 'hasTokensLeft', 1, true],
    ]);
  });

  test('secondsUntil is the wait, 0 if the tokens are there and Infinity if they can never be', () => {
    run({ capacityMax: 10, restoreRateHz: 4 }, [
      [0, 'secondsUntil', 11, Infinity],
      [0, 'take', 10, 0],
      [0, 'secondsUntil', 1, 0.25],
      [0, 'secondsUntil', 10, 2.5],
      [1, 'secondsUntil', 4, 0],
      [1, 'secondsUntil', 5, 0.25],
      [1, 'secondsUntil', 11, Infinity],
    ]);
  });
});

describe('fractions', () => {
  test('are never lost, however often it is polled', () => {
    const clock = new MockClock();
    const bucket = new TokenBucket({ capacityMax: 1, restoreRateHz: 1 / 8, clock });
    bucket.take();
    const givenAt: number[] = [];
    while (clock.time < 80) {
      clock.advanceBy(1 / 64);
      if (bucket.hasTokensLeft() && bucket.take() === 0) givenAt.push(clock.time);
      expect([bucket.take(), bucket.tryTake(), bucket.capacityCurrent]).toEqual([1, false, 0]);
    }
    expect(givenAt).toEqual([8, 16, 24, 32, 40, 48, 56, 64, 72, 80]);
  });

  test('are kept by take, by a refusal and by a look alike', () => {
    const clock = new MockClock();
    const bucket = new TokenBucket({ capacityMax: 100, restoreRateHz: 0.3, clock });
    bucket.take(100);
    let given = 0;
    for (let i = 0; i < 10_000; i++) {
      clock.advanceBy(0.125);
      given += 3 - bucket.take(3) + Number(bucket.tryTake()) + 0 * bucket.secondsUntil(5);
    }
    expect(given).toBe(375);
  });
});

describe('the slack', () => {
  test('gives when no more than 0.001 of a token is missing', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 10, 0],
      [0.998, 'tryTake', 1, false],
      [0.998, 'take', 1, 1],
      [0.998, 'capacityCurrent', undefined, 0],
      [0.9995, 'capacityCurrent', undefined, 1],
      [0.9995, 'hasTokensLeft', 1, true],
      [0.9995, 'secondsUntil', 1, 0],
      [0.9995, 'take', 2, 1],
    ]);
  });

  test('is debt afterwards: it never adds up', () => {
    const clock = new MockClock();
    const bucket = new TokenBucket({ capacityMax: 1, restoreRateHz: 1, clock });
    bucket.take();
    let given = 0;
    for (let i = 0; i < 8_192; i++) {
      // If tokens given on slack were forgotten, 0.0009765625 of a token would be missing at each of these moments.
      clock.advanceBy(1 - 2 ** -10);
      given += Number(bucket.tryTake());
    }
    expect(given).toBeLessThanOrEqual(Math.floor(clock.time + 0.001));
    expect(given).toBeGreaterThan(4_000);
  });

  test('makes the overflow of fill count the same whole tokens', () => {
    run(TEN_AT_ONE, [
      [0, 'take', 1, 0],
      [0.9995, 'fill', 1, 1],
    ]);
  });
});

describe('a clock that steps back', () => {
  test('keeps the debt, which drains from the new reading', () => {
    run(TEN_AT_ONE, [
      [100, 'take', 10, 0],
      [50, 'capacityCurrent', undefined, 0],
      [50, 'secondsUntil', 1, 1],
      [53, 'capacityCurrent', undefined, 3],
      [60, 'capacityCurrent', undefined, 10],
    ]);
  });

  test('never makes tokens negative', () => {
    run(TEN_AT_ONE, [
      [100, 'take', 4, 0],
      [-1e9, 'capacityCurrent', undefined, 6],
      [-1e9, 'take', 6, 0],
      [-1e9, 'capacityCurrent', undefined, 0],
    ]);
  });

  test('leaves a full bucket full', () => {
    run(TEN_AT_ONE, [
      [100, 'fill', 1, 1],
      [0, 'capacityCurrent', undefined, 10],
      [0, 'tryTake', 10, true],
    ]);
  });

  test.each<Step>([
    [40, 'take', 1, 1],
    [40, 'tryTake', 1, false],
    [40, 'hasTokensLeft', 1, false],
    [40, 'secondsUntil', 1, 1],
    [40, 'capacityCurrent', undefined, 0],
  ])('is noticed by every operation, a look too: at %d by %s(%s)', (...step) => {
    run(TEN_AT_ONE, [
      [100, 'take', 10, 0],
      step,
      // It has drained since 40, not since 100.
      [42, 'take', 10, 8],
    ]);
  });

  test('is noticed by fill', () => {
    run(TEN_AT_ONE, [
      [100, 'take', 10, 0],
      [40, 'fill', 1, 0],
      [42, 'take', 10, 7],
    ]);
  });

  test('gains nothing by going back and forth', () => {
    const clock = new SteppingClock();
    const bucket = new TokenBucket({ capacityMax: 10, restoreRateHz: 1, clock });
    bucket.take(10);
    for (let i = 0; i < 100; i++) {
      clock.time = -i;
      expect(bucket.hasTokensLeft()).toBe(false);
    }
  });
});

describe('wrong input', () => {
  const message = 'TokenBucket: n must be a whole number, at least 1, got';

  test.each([
    [0, RangeError, `${message} 0`],
    [-1, RangeError, `${message} -1`],
    [1.5, RangeError, `${message} 1.5`],
    [Number.NaN, RangeError, `${message} NaN`],
    [Infinity, RangeError, `${message} Infinity`],
    [2 ** 53, RangeError, `${message} 9007199254740992`],
    ['1', TypeError, 'TokenBucket: n must be a number, got "1"'],
    [null, TypeError, 'TokenBucket: n must be a number, got null'],
    [1n, TypeError, 'TokenBucket: n must be a number, got 1n'],
  ])('n = %s is refused by every method and changes nothing', (n, kind, text) => {
    const bucket = new TokenBucket({ capacityMax: 10, restoreRateHz: 1, clock: new MockClock() });
    bucket.take(5);
    for (const method of ['take', 'fill', 'hasTokensLeft', 'tryTake', 'secondsUntil'] as const) {
      const call = () => bucket[method](n as number);
      expect(call).toThrow(kind);
      expect(call).toThrow(text);
    }
    expect(bucket.capacityCurrent).toBe(5);
  });

  test.each<[string, unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    ['no options', undefined, TypeError, 'TokenBucket: options must be an object, got undefined'],
    ['no rate', { capacityMax: 1 }, TypeError, 'TokenBucket: restoreRateHz must be a number, got undefined'],
    [
      'a rate below 0',
      { capacityMax: 1, restoreRateHz: -5 },
      RangeError,
      'TokenBucket: restoreRateHz must be > 0, got -5',
    ],
    [
      'a capacity of 0',
      { capacityMax: 0, restoreRateHz: 1 },
      RangeError,
      'TokenBucket: capacityMax must be a whole number from 1 to 1000000000000, got 0',
    ],
    [
      'an unknown option',
      { capacityMax: 1, restoreRateHz: 1, clocks: 1 },
      TypeError,
      'TokenBucket: unknown option "clocks", known options: capacityMax, restoreRateHz, clock',
    ],
    [
      'a clock that cannot be read',
      { capacityMax: 1, restoreRateHz: 1, clock: Date },
      TypeError,
      'TokenBucket: clock must be an object with a method secondsSinceEpoch, got function Date',
    ],
    [
      'null as a clock',
      { capacityMax: 1, restoreRateHz: 1, clock: null },
      TypeError,
      'TokenBucket: clock must be an object with a method secondsSinceEpoch, got null',
    ],
  ])('%s is refused at construction', (_, options, kind, text) => {
    const make = () =>
      new TokenBucket(options as { capacityMax: number; restoreRateHz: number; clock?: Clock });
    expect(make).toThrow(kind);
    expect(make).toThrow(text);
  });
});
