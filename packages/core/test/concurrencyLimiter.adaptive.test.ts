import { ConcurrencyLimiter, type ConcurrencyLimiterOptions, type Permit } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { SteppingClock } from './steppingClock.js';

/** An adaptive limiter whose calls take a given time. */
function adaptive(options: Partial<ConcurrencyLimiterOptions> = {}) {
  const clock = new SteppingClock(1000);
  const limiter = new ConcurrencyLimiter({ limit: 'adaptive', clock, ...options });

  const fill = (priority = 0) => {
    const permits: Permit[] = [];
    for (let next = limiter.tryAcquire(priority); next !== undefined; next = limiter.tryAcquire(priority)) {
      permits.push(next);
    }
    return permits;
  };

  /** Fills the limiter several times: in each round all its places are taken, and free again after `secs`. */
  const rounds = (count: number, secs: number, end: keyof Permit & string = 'success', priority = 0) => {
    for (let i = 0; i < count; i++) {
      const permits = fill(priority);
      clock.time += secs;
      for (const permit of permits) permit[end as 'success']();
    }
  };

  /** Rounds of `count` calls, fewer than there are places. */
  const few = (count: number, rounds: number, secs: number) => {
    for (let i = 0; i < rounds; i++) {
      const permits = Array.from({ length: count }, () => limiter.tryAcquire() as Permit);
      clock.time += secs;
      for (const permit of permits) permit.success();
    }
  };
  return { clock, limiter, fill, rounds, few };
}

describe('an adaptive limit', () => {
  test('grows by half each window while latency is at its lowest, up to max', () => {
    const { limiter, rounds } = adaptive({ max: 20 });
    const seen = new Set([limiter.limit]);
    for (let i = 0; i < 60; i++) {
      rounds(1, 0.1);
      seen.add(limiter.limit);
    }
    expect([...seen]).toEqual([5, 7, 11, 16, 20]);
  });

  test('falls once calls take much longer, and no lower than min', () => {
    const { limiter, rounds } = adaptive();
    rounds(40, 0.1);
    const grown = limiter.limit;
    rounds(80, 0.4);
    expect(limiter.limit).toBeLessThan(grown / 2);
    const bounded = adaptive({ min: 10 });
    bounded.rounds(40, 0.1);
    const seen = Array.from({ length: 300 }, () => {
      bounded.rounds(1, 0.4);
      return bounded.limiter.limit;
    });
    expect(Math.min(...seen)).toBe(10);
  });

  test('does not change while it is not used, however slow or fast calls are', () => {
    const { limiter, rounds, few } = adaptive();
    rounds(40, 0.1);
    // The rest of the last window in which it was used.
    few(5, 20, 0.1);
    const { limit } = limiter;
    few(5, 500, 0.1);
    few(5, 50, 2);
    expect(limiter.limit).toBe(limit);
  });

  test.each(['failure', 'ignore'] as const)('learns nothing from calls that end with %s', end => {
    const { limiter, rounds } = adaptive();
    rounds(40, 0.1);
    const { limit } = limiter;
    rounds(100, 0.001, end);
    rounds(100, 10, end);
    expect(limiter.limit).toBe(limit);
  });

  test('takes a new latency for the normal one when it is seen without load', () => {
    const { limiter, rounds, few } = adaptive({ max: 200 });
    rounds(40, 0.1);
    few(5, 300, 0.3);
    const { limit } = limiter;
    rounds(40, 0.3);
    expect(limiter.limit).toBeGreaterThanOrEqual(limit);
  });

  test('does not take its own queue for the normal latency, however long it lasts', () => {
    const { limiter, rounds } = adaptive();
    const latencyOf = () => 0.1 * Math.max(1, limiter.limit / 10);
    for (let i = 0; i < 20_000; i++) rounds(1, latencyOf());
    expect(limiter.limit).toBeGreaterThanOrEqual(15);
    expect(limiter.limit).toBeLessThanOrEqual(25);
  });

  test('accepts a much higher latency as normal if four calls at a time cannot be its reason', () => {
    const { limiter, rounds } = adaptive();
    rounds(40, 0.1);
    rounds(60, 1);
    expect(limiter.limit).toBeGreaterThan(8);
  });

  test('a single call that hangs for an hour does not count for more than ten', () => {
    const { clock, limiter, rounds } = adaptive({ max: 40 });
    const hanging = limiter.tryAcquire();
    rounds(60, 0.1);
    expect(limiter.limit).toBe(40);
    clock.time += 3600;
    hanging?.success();
    rounds(60, 0.1);
    expect(limiter.limit).toBe(40);
  });

  test('with nothing but refused low priorities it grows no further than the latency with all places taken allows', () => {
    const { limiter, rounds } = adaptive({ priorities: 2, max: 100 });
    const latencyOf = () => 0.1 * Math.max(1, (0.75 * limiter.limit) / 10);
    for (let i = 0; i < 5000; i++) rounds(1, latencyOf(), 'success', 0);
    expect(limiter.limit).toBeGreaterThan(12);
    expect(limiter.limit).toBeLessThan(25);
  });

  test('a clock that steps back takes no place and no sample away for good', () => {
    const { clock, limiter, fill, rounds } = adaptive({ max: 40 });
    const before = fill();
    clock.time = 0;
    for (const permit of before) permit.success();
    expect(limiter.inFlight).toBe(0);
    rounds(60, 0.1);
    expect(limiter.limit).toBe(40);
  });

  test('a clock that fails at the end of a call leaves its place free', () => {
    const { clock, limiter } = adaptive();
    const permit = limiter.tryAcquire();
    clock.time = Number.NaN;
    expect(() => permit?.success()).toThrow('clock');
    expect(limiter.inFlight).toBe(0);
    expect(() => limiter.tryAcquire()).toThrow('clock');
    expect(limiter.inFlight).toBe(0);
  });

  test('calls that take no time at all let it grow', () => {
    const { clock, limiter, rounds } = adaptive({ max: 40 });
    for (let i = 0; i < 60; i++) {
      rounds(1, 0);
      clock.time += 0.1;
    }
    expect(limiter.limit).toBe(40);
  });
});
