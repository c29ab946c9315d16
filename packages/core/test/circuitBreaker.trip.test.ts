import { describe, expect, test } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

const REFUSED = expect.objectContaining({ code: 'BREAKING_TOO_MANY_ERRORS' });

describe('trip with seconds', () => {
  test('opens it for exactly that long, whatever cooldownSecs, cooldownMaxSecs and jitter are', () => {
    const { breaker, clock } = breakerOf({ cooldownSecs: 5, cooldownMaxSecs: 10, jitter: 0.9 });
    for (const secs of [0.001, 3, 3600, 1e6]) {
      breaker.trip(secs);
      expect(breaker.retryAfterSecs).toBe(secs);
      clock.advanceBy(secs * 0.999);
      expect([breaker.state, breaker.tryAcquire()]).toEqual(['open', undefined]);
      clock.advanceBy(secs * 0.001);
      expect(breaker.state).toBe('halfOpen');
      breaker.reset();
    }
  });

  test('is followed by probes: a failed one waits as long as the first after any trip', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip(60);
    clock.advanceBy(60);
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
    clock.advanceBy(4);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('a later trip replaces it, longer or shorter, with seconds or without', () => {
    const { breaker } = breakerOf();
    for (const secs of [60, 600, 1, Number.POSITIVE_INFINITY, 5]) {
      breaker.trip(secs);
      expect(breaker.retryAfterSecs).toBe(secs);
    }
    breaker.trip();
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
  });

  test('Infinity keeps it open until it is reset, and gives no time to retry', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip(Number.POSITIVE_INFINITY);
    clock.advanceBy(1e12);
    expect([breaker.state, breaker.retryAfterSecs]).toEqual(['open', Number.POSITIVE_INFINITY]);
    expect(() => breaker.acquire()).toThrow(REFUSED);
    expect(() => breaker.acquire()).toThrow(expect.objectContaining({ headers: {} }));
    breaker.recordSuccess();
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    breaker.reset();
    expect(breaker.state).toBe('closed');
    fail(breaker, 5);
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
  });

  test('is published with the wait in the transition', () => {
    const waits: number[] = [];
    const { breaker } = breakerOf({ onTransition: ({ retryAfterSecs }) => waits.push(retryAfterSecs) });
    breaker.trip(60);
    breaker.reset();
    breaker.trip(Number.POSITIVE_INFINITY);
    expect(waits).toEqual([60, 0, Number.POSITIVE_INFINITY]);
  });

  test.each([
    [0, RangeError, 'CircuitBreaker.trip: secs must be > 0, got 0'],
    [-1, RangeError, 'CircuitBreaker.trip: secs must be > 0, got -1'],
    [Number.NaN, RangeError, 'CircuitBreaker.trip: secs must be finite, got NaN'],
    ['60', TypeError, 'CircuitBreaker.trip: secs must be a number, got "60"'],
    [null, TypeError, 'CircuitBreaker.trip: secs must be a number, got null'],
  ])('%s is an error and changes nothing', (secs, kind, message) => {
    const { breaker } = breakerOf();
    expect(() => breaker.trip(secs as number)).toThrow(kind);
    expect(() => breaker.trip(secs as number)).toThrow(message);
    expect(breaker.state).toBe('closed');
  });
});
