import { CircuitBreaker, TooManyErrors } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { breakerOf, fail, SteppingClock } from './breakerTools.js';

describe('open', () => {
  test('callers are refused at once, by tryAcquire with undefined and by acquire with TooManyErrors', () => {
    const { breaker } = breakerOf({ name: 'payments' });
    fail(breaker, 5);
    expect(breaker.tryAcquire()).toBeUndefined();
    expect(() => breaker.acquire()).toThrow(TooManyErrors);
    expect(() => breaker.acquire()).toThrow('"payments"');
  });

  test('TooManyErrors has the time to wait, status 503 and the header for both', () => {
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

  test('the first admission comes after cooldownSecs, however long the bucket would need', () => {
    for (const cooldownSecs of [0.01, 1, 30]) {
      const { breaker, clock } = breakerOf({ cooldownSecs });
      fail(breaker, 5);
      clock.advanceBy(cooldownSecs * 0.999);
      expect(breaker.isBlockingExecution()).toBe(true);
      clock.advanceBy(cooldownSecs * 0.001);
      expect(breaker.isAllowingExecution()).toBe(true);
    }
  });

  test('a caller that waits exactly retryAfterSecs is admitted, also after a month of uptime', () => {
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
    // One second is 1/3600 of a token, less than the usual slack of 0.001.
    expect(breaker.state).toBe('open');
    clock.advanceBy(0.9999);
    expect(breaker.state).toBe('open');
    clock.advanceBy(0.0001);
    expect(breaker.state).toBe('halfOpen');
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

function refusalOf(breaker: CircuitBreaker): TooManyErrors {
  try {
    breaker.acquire();
  } catch (error) {
    return error as TooManyErrors;
  }
  throw new Error('nothing was refused');
}
