import { describe, expect, test } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

describe('closed', () => {
  test('it starts closed and admits every call', () => {
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

  test('errorThreshold limits a run of failures, whatever the tolerable share', () => {
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
