import { CircuitBreaker, type Permit, TooManyErrors } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { breakerOf, FIVE_IN_TEN, fail, SteppingClock } from './breakerTools.js';

describe('closed', () => {
  test('it starts closed and lets every call through', () => {
    const { breaker } = breakerOf();
    expect(breaker.state).toBe('closed');
    expect(breaker.retryAfterSecs).toBe(0);
    for (let i = 0; i < 1000; i++) breaker.acquire();
  });

  test('it trips on errorThreshold failures in a burst, not on one fewer', () => {
    const { breaker } = breakerOf();
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('with an errorThreshold of 1 the first failure trips it', () => {
    const { breaker } = breakerOf({ errorThreshold: 1, timeWindowSecs: 60 });
    fail(breaker);
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(60, 9);
  });

  test('it trips on any sustained failure rate above errorThreshold / timeWindowSecs, and on none below', () => {
    const secondsToTrip = (failuresPerSec: number) => {
      const { breaker, clock } = breakerOf();
      for (let i = 0; i < 20_000; i++) {
        breaker.recordFailure();
        if (breaker.state !== 'closed') return clock.time - 1000;
        clock.advanceBy(1 / failuresPerSec);
      }
      return Infinity;
    };
    expect(secondsToTrip(0.49)).toBe(Infinity);
    expect(secondsToTrip(0.51)).toBeLessThan(500);
    expect(secondsToTrip(5)).toBeLessThan(1);
  });

  test('it is not a count over a sliding window: it forgives continuously', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 4);
    clock.advanceBy(4);
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('the whole threshold is back after timeWindowSecs', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 4);
    clock.advanceBy(8);
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
  });

  test('a success puts nothing back by default', () => {
    const { breaker } = breakerOf();
    fail(breaker, 4);
    for (let i = 0; i < 1000; i++) breaker.acquire().success();
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('a success puts back p/(1−p) tokens for a tolerableErrorRatio p, and never more than are missing', () => {
    const { breaker } = breakerOf({ tolerableErrorRatio: 0.2 });
    for (let i = 0; i < 1000; i++) breaker.acquire().success();
    fail(breaker, 4);
    for (let i = 0; i < 4; i++) breaker.acquire().success();
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('failures below the tolerable share drain nothing, however many there are', () => {
    const { breaker } = breakerOf({ tolerableErrorRatio: 0.2 });
    for (let i = 0; i < 10_000; i++) {
      fail(breaker);
      for (let success = 0; success < 4; success++) breaker.acquire().success();
    }
    expect(breaker.state).toBe('closed');
  });

  test('errorThreshold says how long a bad run may be, whatever the tolerable share is', () => {
    const { breaker } = breakerOf({ tolerableErrorRatio: 0.9, errorThreshold: 20 });
    for (let i = 0; i < 1000; i++) breaker.acquire().success();
    fail(breaker, 19);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('an ignored call is neither success nor failure', () => {
    const { breaker } = breakerOf({ tolerableErrorRatio: 0.5 });
    fail(breaker, 4);
    for (let i = 0; i < 100; i++) breaker.acquire().ignore();
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('open', () => {
  test('callers are refused at once, by tryAcquire with undefined and by acquire with TooManyErrors', () => {
    const { breaker } = breakerOf({ name: 'payments' });
    fail(breaker, 5);
    expect(breaker.tryAcquire()).toBeUndefined();
    expect(() => breaker.acquire()).toThrow(TooManyErrors);
    expect(() => breaker.acquire()).toThrow('"payments"');
  });

  test('TooManyErrors says how long to wait, with status 503 and the header for it', () => {
    const { breaker, clock } = breakerOf({ cooldownSecs: 20 });
    fail(breaker, 5);
    clock.advanceBy(0.5);
    const refusal = refusalOf(breaker);
    expect(refusal).toMatchObject({
      name: 'TooManyErrors',
      code: 'BREAKING_TOO_MANY_ERRORS',
      status: 503,
      statusCode: 503,
      headers: { 'Retry-After': '20' },
    });
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal.retryAfterSecs).toBeCloseTo(19.5, 9);
  });

  test('the first admission comes after the time in which one token returns, by default', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(1.999);
    expect(breaker.tryAcquire()).toBeUndefined();
    clock.advanceBy(0.001);
    expect(breaker.tryAcquire()).toBeDefined();
  });

  test('the first admission comes after cooldownSecs, whatever the bucket would need', () => {
    for (const cooldownSecs of [0.01, 1, 30]) {
      const { breaker, clock } = breakerOf({ cooldownSecs });
      fail(breaker, 5);
      clock.advanceBy(cooldownSecs * 0.999);
      expect(breaker.isBlockingExecution()).toBe(true);
      clock.advanceBy(cooldownSecs * 0.001);
      expect(breaker.isAllowingExecution()).toBe(true);
    }
  });

  test('whoever waits exactly retryAfterSecs is admitted, after a month of uptime too', () => {
    for (const cooldownSecs of [0.001, 0.0123, 1 / 3, 7.7, 29.9]) {
      for (const timeWindowSecs of [0.1, 10, 86_400]) {
        for (const startSecs of [0, 2_678_400.123]) {
          const clock = new SteppingClock();
          clock.time = startSecs;
          const breaker = new CircuitBreaker({ errorThreshold: 7, timeWindowSecs, cooldownSecs, clock });
          fail(breaker, 7);
          clock.time += breaker.retryAfterSecs;
          expect(breaker.retryAfterSecs).toBe(0);
          expect(breaker.tryAcquire()).toBeDefined();
        }
      }
    }
  });

  test('while recovering the slack is small, so that a short cool-down stays a cool-down', () => {
    const { breaker, clock } = breakerOf({ errorThreshold: 1, timeWindowSecs: 3600, cooldownSecs: 1 });
    fail(breaker);
    // One second is 1/3600 of a token, less than the slack of 0.001 that holds elsewhere.
    expect(breaker.state).toBe('open');
    clock.advanceBy(0.9999);
    expect(breaker.state).toBe('open');
    clock.advanceBy(0.0001);
    expect(breaker.state).toBe('halfOpen');
  });

  test('recordFailure and recordSuccess change nothing while open', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    for (let i = 0; i < 10; i++) {
      breaker.recordFailure();
      breaker.recordSuccess();
    }
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('calls that were admitted before the trip change nothing when they end after it', () => {
    const { breaker, clock } = breakerOf();
    const before = [breaker.acquire(), breaker.acquire(), breaker.acquire()];
    fail(breaker, 5);
    before[0]?.failure();
    before[1]?.success();
    before[2]?.ignore();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });
});

describe('halfOpen', () => {
  test('it admits one probe, and refuses everyone else until that settles or its time is up', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire();
    for (let i = 0; i < 100; i++) expect(breaker.tryAcquire()).toBeUndefined();
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('one returning token does not let every waiting caller through: 1,000 at once, one is admitted', async () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(3600);
    let admitted = 0;
    const calls = Array.from({ length: 1000 }, () =>
      breaker.run(async () => {
        admitted += 1;
        await Promise.resolve();
      }),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(admitted).toBe(1);
    expect(outcomes.filter(each => each.status === 'fulfilled')).toHaveLength(1);
    for (const each of outcomes) {
      if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(TooManyErrors);
    }
    expect(breaker.state).toBe('closed');
  });

  test('one success closes it with a full bucket', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
  });

  test('each failed probe waits cooldownBackoff times longer, up to cooldownMaxSecs', () => {
    const { breaker, clock } = breakerOf({ cooldownSecs: 3, cooldownBackoff: 3, cooldownMaxSecs: 100 });
    fail(breaker, 5);
    const waits = [];
    for (let i = 0; i < 6; i++) {
      waits.push(Math.round(breaker.retryAfterSecs * 1e6) / 1e6);
      clock.advanceBy(breaker.retryAfterSecs);
      breaker.acquire().failure();
    }
    expect(waits).toEqual([3, 9, 27, 81, 100, 100]);
  });

  test('by default waits double up to 30 s, or up to the cool-down if that is larger', () => {
    const waitsOf = (cooldownSecs: number) => {
      const { breaker, clock } = breakerOf({ cooldownSecs });
      fail(breaker, 5);
      return Array.from({ length: 4 }, () => {
        const { retryAfterSecs } = breaker;
        clock.advanceBy(retryAfterSecs);
        breaker.acquire().failure();
        return Math.round(retryAfterSecs * 1e6) / 1e6;
      });
    };
    expect(waitsOf(5)).toEqual([5, 10, 20, 30]);
    expect(waitsOf(45)).toEqual([45, 45, 45, 45]);
  });

  test('with a cooldownBackoff of 1 all waits are the same, however often it fails', () => {
    const { breaker, clock } = breakerOf({ cooldownBackoff: 1 });
    fail(breaker, 5);
    for (let i = 0; i < 5000; i++) {
      expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
      clock.advanceBy(2);
      breaker.acquire().failure();
    }
  });

  test('thousands of failed probes overflow nothing', () => {
    const { breaker, clock } = breakerOf({ cooldownBackoff: 10 });
    fail(breaker, 5);
    for (let i = 0; i < 5000; i++) {
      clock.advanceBy(breaker.retryAfterSecs);
      breaker.acquire().failure();
    }
    expect(breaker.retryAfterSecs).toBeCloseTo(30, 9);
  });

  test('a probe that has not settled counts as failed until it does', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    const first = breaker.acquire();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
    clock.advanceBy(4);
    const second = breaker.acquire();
    expect(breaker.retryAfterSecs).toBeCloseTo(8, 9);
    first.success();
    expect(breaker.state).toBe('closed');
    second.failure();
    expect(breaker.state).toBe('closed');
  });

  test('a probe that never settles cannot wedge it: the next one follows after the wait of a failed one', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    const waits = [];
    for (let i = 0; i < 6; i++) {
      waits.push(Math.round(breaker.retryAfterSecs * 1e6) / 1e6);
      clock.advanceBy(breaker.retryAfterSecs);
      breaker.acquire();
    }
    expect(waits).toEqual([2, 4, 8, 16, 30, 30]);
    clock.advanceBy(30);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('a failed probe waits anew from its failure, with the wait that it prepaid', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    const probe = breaker.acquire();
    clock.advanceBy(3);
    probe.failure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('of several unsettled probes the first to fail settles them all: later outcomes change nothing', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    const probes: Permit[] = [];
    for (let i = 0; i < 3; i++) {
      clock.advanceBy(breaker.retryAfterSecs);
      probes.push(breaker.acquire());
    }
    probes[1]?.failure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(16, 9);
    probes[0]?.success();
    probes[2]?.failure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(16, 9);
  });

  test('probeSuccesses in a row close it; the next probe follows a success at once', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 3 });
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(breaker.state).toBe('halfOpen');
    const second = breaker.acquire();
    expect(breaker.tryAcquire()).toBeUndefined();
    second.success();
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('a failure between them breaks the row', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 2 });
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().success();
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
    clock.advanceBy(4);
    breaker.acquire().success();
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('an ignored probe gives its place to the next at once, and makes no wait longer', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    for (let i = 0; i < 10; i++) breaker.acquire().ignore();
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('an ignored probe does not break a row of successes', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 2 });
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().success();
    breaker.acquire().ignore();
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('recordSuccess and recordFailure count as a probe admitted and settled at once', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
    clock.advanceBy(4);
    breaker.recordSuccess();
    expect(breaker.state).toBe('closed');
  });

  test('so they do while another probe is under way', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    const probe = breaker.acquire();
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(8, 9);
    probe.success();
    expect(breaker.state).toBe('open');
  });
});

describe('the level, by which waits get longer', () => {
  test('a trip within timeWindowSecs after closing starts where the last one ended', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().success();
    clock.advanceBy(9.9);
    fail(breaker, 5);
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

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
});

describe('jitter', () => {
  test('lengthens each wait at random by up to that share, after the cap', () => {
    const { breaker, clock } = breakerOf({ cooldownSecs: 20, cooldownMaxSecs: 20, jitter: 0.5 });
    fail(breaker, 5);
    const waits = Array.from({ length: 200 }, () => {
      const { retryAfterSecs } = breaker;
      clock.advanceBy(retryAfterSecs);
      breaker.acquire().failure();
      return retryAfterSecs;
    });
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(20 * (1 - 1e-9));
      expect(wait).toBeLessThan(30);
    }
    expect(new Set(waits).size).toBeGreaterThan(190);
  });

  test('is drawn once for each wait: looking does not draw again', () => {
    const { breaker } = breakerOf({ jitter: 0.5 });
    fail(breaker, 5);
    const { retryAfterSecs } = breaker;
    for (let i = 0; i < 10; i++) expect(breaker.retryAfterSecs).toBe(retryAfterSecs);
  });
});

describe('looks', () => {
  test('isAllowingExecution and isBlockingExecution are looks, not admissions', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    expect([breaker.isAllowingExecution(), breaker.isBlockingExecution()]).toEqual([false, true]);
    clock.advanceBy(2);
    for (let i = 0; i < 10; i++) {
      expect([breaker.isAllowingExecution(), breaker.isBlockingExecution()]).toEqual([true, false]);
    }
    expect(breaker.tryAcquire()).toBeDefined();
    expect([breaker.isAllowingExecution(), breaker.isBlockingExecution()]).toEqual([false, true]);
  });

  test('retryAfterSecs counts down and is 0 when a call would be admitted', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(1.5);
    expect(breaker.retryAfterSecs).toBeCloseTo(0.5, 9);
    clock.advanceBy(100);
    expect(breaker.retryAfterSecs).toBe(0);
  });

  test('isLikeNew when closed, full, and the next wait would be the first', () => {
    const { breaker, clock } = breakerOf();
    expect(breaker.isLikeNew).toBe(true);
    fail(breaker);
    expect(breaker.isLikeNew).toBe(false);
    clock.advanceBy(2);
    expect(breaker.isLikeNew).toBe(true);
    fail(breaker, 5);
    clock.advanceBy(2);
    expect(breaker.isLikeNew).toBe(false);
    breaker.acquire().success();
    expect([breaker.state, breaker.isLikeNew]).toEqual(['closed', false]);
    clock.advanceBy(10);
    expect(breaker.isLikeNew).toBe(true);
  });
});

describe('trip and reset', () => {
  test('trip opens it as too many errors would', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('trip on an open one starts its cool-down anew, and makes it no longer', () => {
    const { breaker, clock } = breakerOf();
    for (let i = 0; i < 10; i++) {
      breaker.trip();
      clock.advanceBy(1);
    }
    expect(breaker.retryAfterSecs).toBeCloseTo(1, 9);
  });

  test('trip gives up the probes that are under way', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    clock.advanceBy(2);
    const probe = breaker.acquire();
    breaker.trip();
    probe.success();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('reset makes it as good as new, whatever it was', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().failure();
    breaker.reset();
    expect([breaker.state, breaker.isLikeNew]).toEqual(['closed', true]);
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
  });

  test('after a reset calls that were under way no longer count', () => {
    const { breaker } = breakerOf({ errorThreshold: 1 });
    const before = breaker.acquire();
    breaker.reset();
    before.failure();
    expect(breaker.state).toBe('closed');
  });
});

describe('a permit', () => {
  test('its first call wins', () => {
    const { breaker } = breakerOf({ errorThreshold: 1 });
    const permit = breaker.acquire();
    permit.success();
    permit.failure();
    permit.ignore();
    permit[Symbol.dispose]();
    expect(breaker.state).toBe('closed');
    const failed = breaker.acquire();
    failed.failure();
    failed.success();
    expect(breaker.state).toBe('open');
  });

  test('a failure told twice counts once', () => {
    const { breaker } = breakerOf();
    for (let i = 0; i < 4; i++) {
      const permit = breaker.acquire();
      permit.failure();
      permit.failure();
    }
    expect(breaker.state).toBe('closed');
  });

  test('to dispose of it is a failure', () => {
    const { breaker } = breakerOf({ errorThreshold: 1 });
    breaker.acquire()[Symbol.dispose]();
    expect(breaker.state).toBe('open');
  });
});

describe('a clock that steps back', () => {
  test('keeps the cool-down that was left', () => {
    const clock = new SteppingClock();
    const breaker = new CircuitBreaker({ ...FIVE_IN_TEN, clock });
    fail(breaker, 5);
    clock.time = 10;
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.time = 11.5;
    expect(breaker.retryAfterSecs).toBeCloseTo(0.5, 9);
    clock.time = 12;
    expect(breaker.tryAcquire()).toBeDefined();
  });

  test('forgives no failures, and takes no tokens', () => {
    const clock = new SteppingClock();
    const breaker = new CircuitBreaker({ ...FIVE_IN_TEN, clock });
    fail(breaker, 4);
    clock.time = 0;
    expect(breaker.state).toBe('closed');
    clock.time = 2;
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('finds no failure forgotten that somebody only looked at', () => {
    const clock = new SteppingClock();
    const breaker = new CircuitBreaker({ errorThreshold: 2, timeWindowSecs: 4, clock });
    fail(breaker);
    clock.time += 2;
    expect(breaker.isLikeNew).toBe(true);
    clock.time -= 0.25;
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('keeps the level for the rest of its time', () => {
    const clock = new SteppingClock();
    const breaker = new CircuitBreaker({ ...FIVE_IN_TEN, clock });
    breaker.trip();
    clock.time += 2;
    breaker.acquire().success();
    clock.time -= 500;
    breaker.recordFailure();
    clock.time += 9;
    expect(breaker.isLikeNew).toBe(false);
    clock.time += 1;
    expect(breaker.isLikeNew).toBe(true);
  });
});

function refusalOf(breaker: CircuitBreaker): TooManyErrors {
  try {
    breaker.acquire();
  } catch (error) {
    return error as TooManyErrors;
  }
  throw new Error('nothing was refused');
}
