import { CircuitBreaker } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { breakerOf, FIVE_IN_TEN, fail, SteppingClock } from './breakerTools.js';

describe('looks', () => {
  test('isAllowingExecution and isBlockingExecution only look: they admit nothing', () => {
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

  test('a circuit is like new when closed, full, and the next wait would be the first', () => {
    const { breaker, circuit, clock } = breakerOf();
    expect(circuit.isLikeNew()).toBe(true);
    fail(breaker);
    expect(circuit.isLikeNew()).toBe(false);
    clock.advanceBy(2);
    expect(circuit.isLikeNew()).toBe(true);
    fail(breaker, 5);
    clock.advanceBy(2);
    expect(circuit.isLikeNew()).toBe(false);
    breaker.acquire().success();
    expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', false]);
    clock.advanceBy(10);
    expect(circuit.isLikeNew()).toBe(true);
  });
});

describe('trip and reset', () => {
  test('trip opens it as too many errors do', () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(2, 9);
    clock.advanceBy(2);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
  });

  test('trip on an open breaker restarts its cool-down, which gets no longer', () => {
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

  test('reset makes a breaker like new, whatever its state', () => {
    const { breaker, circuit, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    breaker.acquire().failure();
    breaker.reset();
    expect([breaker.state, circuit.isLikeNew()]).toEqual(['closed', true]);
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

  test('a failure that is reported twice counts once', () => {
    const { breaker } = breakerOf();
    for (let i = 0; i < 4; i++) {
      const permit = breaker.acquire();
      permit.failure();
      permit.failure();
    }
    expect(breaker.state).toBe('closed');
  });

  test('disposing of it is a failure', () => {
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

  test('a look at the state forgets no failure', () => {
    const clock = new SteppingClock();
    const { breaker, circuit } = breakerOf({ errorThreshold: 2, timeWindowSecs: 4, clock });
    fail(breaker);
    clock.time += 2;
    expect(circuit.isLikeNew()).toBe(true);
    clock.time -= 0.25;
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('keeps the level for the rest of its time', () => {
    const clock = new SteppingClock();
    const { breaker, circuit } = breakerOf({ clock });
    breaker.trip();
    clock.time += 2;
    breaker.acquire().success();
    clock.time -= 500;
    breaker.recordFailure();
    clock.time += 9;
    expect(circuit.isLikeNew()).toBe(false);
    clock.time += 1;
    expect(circuit.isLikeNew()).toBe(true);
  });
});
