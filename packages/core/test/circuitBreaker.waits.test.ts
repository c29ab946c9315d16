import { CircuitBreaker } from '@breaking/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { breakerOf, FIVE_IN_TEN, fail, SteppingClock } from './breakerTools.js';

/** The waits after a trip and after each of `count` failed probes. */
function waits({ breaker, clock }: ReturnType<typeof breakerOf>, count: number): number[] {
  breaker.trip();
  return Array.from({ length: count }, () => {
    const { retryAfterSecs } = breaker;
    clock.advanceBy(retryAfterSecs);
    breaker.acquire().failure();
    return retryAfterSecs;
  });
}

describe('a cool-down', () => {
  test.each([1e9, Number.MAX_SAFE_INTEGER, 1e100, Number.MAX_VALUE])(
    'works if failures are hardly ever forgiven: a timeWindowSecs of %d',
    timeWindowSecs => {
      const long = breakerOf({ timeWindowSecs, cooldownSecs: 1, cooldownMaxSecs: 8 });
      expect(waits(long, 5)).toEqual([1, 2, 4, 8, 8].map(wait => expect.closeTo(wait, 9)));
      expect(long.breaker.state).toBe('open');
    },
  );
});

describe('the level, which makes waits longer', () => {
  test('is 0 after timeWindowSecs spent closed without a trip', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().failure();
    clock.advanceBy(4);
    breaker.acquire().success();
    clock.advanceBy(10);
    fail(breaker, 5);
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
  });

  test('is not forgotten for the time spent open', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(1000);
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('goes on from trip to trip as long as each comes within timeWindowSecs after closing', () => {
    const { breaker, clock } = breakerOf();
    for (const wait of [2, 4, 8, 16, 30]) {
      fail(breaker, 5);
      expect(breaker.retryAfterSecs).toBeCloseTo(wait, 9);
      clock.advanceBy(breaker.retryAfterSecs);
      breaker.acquire().success();
      clock.advanceBy(9.9);
    }
  });

  test('is forgotten in time although there are failures, as long as they open nothing', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    clock.advanceBy(2);
    breaker.acquire().success();
    clock.advanceBy(5);
    fail(breaker, 4);
    clock.advanceBy(5);
    expect(breaker.state).toBe('closed');
    fail(breaker, 3);
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
  });

  test('is forgotten a billionth of timeWindowSecs early, which is rounding noise, and no sooner', () => {
    const waitAfter = (secs: number) => {
      const clock = new SteppingClock();
      const breaker = new CircuitBreaker({ ...FIVE_IN_TEN, clock });
      // It closes at 0, so that no later reading is rounded.
      clock.time = -2;
      breaker.trip();
      clock.time = 0;
      breaker.acquire().success();
      clock.time = secs;
      breaker.trip();
      return breaker.retryAfterSecs;
    };
    expect(waitAfter(10 * (1 - 3e-9))).toBeCloseTo(4, 9);
    expect(waitAfter(10 * (1 - 1.1e-9))).toBeCloseTo(4, 9);
    expect(waitAfter(10 * (1 - 0.9e-9))).toBeCloseTo(2, 9);
    expect(waitAfter(10)).toBeCloseTo(2, 9);
  });

  test.each([1, 1 / 3 + 1, 7.7, 60, 86_400])(
    'is forgotten after exactly a timeWindowSecs of %d, also after a month of uptime',
    timeWindowSecs => {
      for (const start of [0, 1.1, 2_678_400.123]) {
        const clock = new SteppingClock();
        clock.time = start;
        const { breaker, circuit } = breakerOf({
          errorThreshold: 3,
          timeWindowSecs,
          cooldownSecs: 0.1,
          clock,
        });
        breaker.trip();
        clock.time += breaker.retryAfterSecs;
        breaker.acquire().success();
        clock.time += timeWindowSecs;
        expect(circuit.isLikeNew()).toBe(true);
      }
    },
  );
});

describe('jitter', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test.each([
    ['least', 0, [3, 6, 8, 8]],
    ['middle', 0.5, [3.75, 7.5, 10, 10]],
    ['most', 1 - 2 ** -53, [4.5, 9, 12, 12]],
  ])('of a half lengthens each wait by up to a half, after the cap: %s', (_which, drawn, expected) => {
    vi.spyOn(Math, 'random').mockReturnValue(drawn);
    const jittery = breakerOf({ cooldownSecs: 3, cooldownMaxSecs: 8, jitter: 0.5 });
    const actual = waits(jittery, expected.length);
    for (const [i, wait] of expected.entries()) expect(actual[i]).toBeCloseTo(wait, 9);
  });

  test('leaves every wait in [D, D · (1 + jitter))', () => {
    const ds = [1, 2, 4, 8, 16, 30, 30];
    for (let run = 0; run < 100; run++) {
      const actual = waits(breakerOf({ cooldownSecs: 1, jitter: 0.25 }), ds.length);
      for (const [i, d] of ds.entries()) {
        expect(actual[i]).toBeGreaterThanOrEqual(d * (1 - 1e-9));
        expect(actual[i]).toBeLessThan(d * 1.25 * (1 + 1e-9));
      }
    }
  });

  test('is drawn again for a probe and for its failure, and for nothing else', () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { breaker, clock } = breakerOf({ jitter: 0.5 });
    fail(breaker, 5);
    expect(random).toHaveBeenCalledTimes(1);
    breaker.tryAcquire();
    clock.advanceBy(breaker.retryAfterSecs);
    const probe = breaker.acquire();
    expect(random).toHaveBeenCalledTimes(2);
    expect(breaker.retryAfterSecs).toBeCloseTo(4 * 1.25, 9);
    probe.failure();
    expect(random).toHaveBeenCalledTimes(3);
  });

  test('is drawn once for each wait: looking does not draw again', () => {
    const { breaker } = breakerOf({ jitter: 0.5 });
    fail(breaker, 5);
    const { retryAfterSecs } = breaker;
    for (let i = 0; i < 10; i++) expect(breaker.retryAfterSecs).toBe(retryAfterSecs);
  });

  test('of 0 waits exactly D, whatever the random number', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    expect(waits(breakerOf({ cooldownSecs: 1 }), 3)).toEqual([1, 2, 4].map(d => expect.closeTo(d, 9)));
  });
});
