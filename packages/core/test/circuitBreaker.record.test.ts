import { describe, expect, test } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

describe('closed, recordFailure', () => {
  test('counts as a failure of a permit does, also mixed with those', () => {
    const { breaker, clock } = breakerOf();
    breaker.recordFailure();
    fail(breaker, 2);
    breaker.recordFailure();
    expect(breaker.state).toBe('closed');
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    expect(breaker.isAllowingExecution()).toBe(true);
  });

  test('leaves calls under way alone: they still count', () => {
    const { breaker } = breakerOf();
    const permit = breaker.acquire();
    for (let i = 0; i < 4; i++) breaker.recordFailure();
    permit.failure();
    expect(breaker.state).toBe('open');
  });
});

describe('closed, recordSuccess', () => {
  test('puts back nothing by default', () => {
    const { breaker } = breakerOf();
    fail(breaker, 4);
    for (let i = 0; i < 100; i++) breaker.recordSuccess();
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('puts back p/(1−p) tokens for a tolerableErrorRatio p, and never more than are missing', () => {
    const { breaker } = breakerOf({ tolerableErrorRatio: 0.2 });
    for (let i = 0; i < 100; i++) breaker.recordSuccess();
    fail(breaker, 4);
    for (let i = 0; i < 4; i++) breaker.recordSuccess();
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('open', () => {
  test('neither changes anything: no wait, no level, no row of successes', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 2 });
    breaker.trip();
    for (let i = 0; i < 10; i++) {
      breaker.recordFailure();
      breaker.recordSuccess();
    }
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    breaker.recordSuccess();
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });
});

describe('halfOpen, with a probe due', () => {
  test('recordFailure is a probe that failed: the next wait is longer', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    for (const wait of [4, 8, 16]) {
      clock.advanceBy(breaker.retryAfterSecs);
      breaker.recordFailure();
      expect(breaker.state).toBe('open');
      expect(breaker.retryAfterSecs).toBeCloseTo(wait, 9);
    }
  });

  test('recordSuccess is a probe that succeeded: as many as probeSuccesses close it', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 3 });
    breaker.trip();
    clock.advanceBy(2);
    breaker.recordSuccess();
    breaker.acquire().success();
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.isAllowingExecution()).toBe(true);
    breaker.recordSuccess();
    expect(breaker.state).toBe('closed');
    fail(breaker, 4);
    expect(breaker.state).toBe('closed');
  });

  test('recordFailure breaks a row of successes', () => {
    const { breaker, clock } = breakerOf({ probeSuccesses: 2 });
    breaker.trip();
    clock.advanceBy(2);
    breaker.recordSuccess();
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    clock.advanceBy(4);
    breaker.recordSuccess();
    expect(breaker.state).toBe('halfOpen');
  });
});

describe('halfOpen, with a probe under way', () => {
  const probing = (probeSuccesses: number) => {
    const { breaker, clock } = breakerOf({ probeSuccesses });
    breaker.trip();
    clock.advanceBy(2);
    return { breaker, clock, probe: breaker.acquire() };
  };

  test('recordFailure fails that one too, which changes nothing when it ends', () => {
    const { breaker, probe } = probing(1);
    breaker.recordFailure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(8, 9);
    probe.success();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(8, 9);
  });

  test('recordSuccess closes it, and that one changes nothing when it ends', () => {
    const { breaker, probe } = probing(1);
    breaker.recordSuccess();
    expect(breaker.state).toBe('closed');
    fail(breaker, 3);
    probe.failure();
    breaker.recordFailure();
    expect(breaker.state).toBe('closed');
  });

  test('recordSuccess that does not close it admits the next at once; both count in the row', () => {
    const { breaker, probe } = probing(3);
    breaker.recordSuccess();
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().success();
    expect(breaker.state).toBe('halfOpen');
    probe.success();
    expect(breaker.state).toBe('closed');
  });
});
