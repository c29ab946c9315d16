import { type Permit, TooManyErrors } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

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

  test('the wait after a failed probe begins at its failure, and is as long as the probe paid for in advance', () => {
    const { breaker, clock } = breakerOf();
    fail(breaker, 5);
    clock.advanceBy(2);
    const probe = breaker.acquire();
    clock.advanceBy(3);
    probe.failure();
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('the first of several unsettled probes to fail settles them all: later outcomes change nothing', () => {
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

  test('an ignored probe frees its place for the next at once, and makes no wait longer', () => {
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
});
