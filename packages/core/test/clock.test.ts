import {
  CircuitBreaker,
  MockClock,
  MonotonicClock,
  perSecond,
  RateLimiter,
  TokenBucket,
} from '@breaking/core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';

describe('MockClock', () => {
  test('starts at 0, or at a given time', () => {
    expect(new MockClock().time).toBe(0);
    expect(new MockClock(-7.5).secondsSinceEpoch()).toBe(-7.5);
  });

  test('stands still until it is moved', () => {
    const clock = new MockClock(10);
    expect([clock.secondsSinceEpoch(), clock.secondsSinceEpoch()]).toEqual([10, 10]);
    clock.advanceBy(0.25);
    clock.advanceBy(0);
    expect(clock.time).toBe(10.25);
    expect(clock.secondsSinceEpoch()).toBe(10.25);
  });

  test.each([
    [-1, RangeError, 'MockClock: advanceBy secs must be >= 0, got -1'],
    [-1e-9, RangeError, 'MockClock: advanceBy secs must be >= 0, got -1e-9'],
    [Number.NaN, RangeError, 'MockClock: advanceBy secs must be finite, got NaN'],
    [Infinity, RangeError, 'MockClock: advanceBy secs must be finite, got Infinity'],
    ['1', TypeError, 'MockClock: advanceBy secs must be a number, got "1"'],
    [undefined, TypeError, 'MockClock: advanceBy secs must be a number, got undefined'],
  ])('refuses a step of %s and stays where it is', (secs, kind, message) => {
    const clock = new MockClock(5);
    const step = () => clock.advanceBy(secs as number);
    expect(step).toThrow(kind);
    expect(step).toThrow(message);
    expect(clock.time).toBe(5);
  });

  test.each([
    [Number.NaN, RangeError, 'MockClock: time must be finite, got NaN'],
    [-Infinity, RangeError, 'MockClock: time must be finite, got -Infinity'],
    ['0', TypeError, 'MockClock: time must be a number, got "0"'],
    [null, TypeError, 'MockClock: time must be a number, got null'],
  ])('refuses to start at %s', (time, kind, message) => {
    const start = () => new MockClock(time as number);
    expect(start).toThrow(kind);
    expect(start).toThrow(message);
  });

  test('refuses a step beyond the last double', () => {
    const clock = new MockClock(Number.MAX_VALUE);
    expect(() => clock.advanceBy(Number.MAX_VALUE)).toThrow(RangeError);
    expect(clock.time).toBe(Number.MAX_VALUE);
  });
});

describe('MonotonicClock', () => {
  test('follows fake timers that replace performance.now()', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const limiter = new RateLimiter({ limits: perSecond(1) });
    const allowed = () => limiter.check('k').allowed;
    expect([allowed(), allowed()]).toEqual([true, false]);
    vi.advanceTimersByTime(1000);
    expect(allowed()).toBe(true);
  });

  test('reads seconds and never goes backwards', () => {
    const clock = new MonotonicClock();
    const before = performance.now() / 1000;
    const readings = Array.from({ length: 1000 }, () => clock.secondsSinceEpoch());
    const after = performance.now() / 1000;
    expect([...readings].sort((a, b) => a - b)).toEqual(readings);
    expect(readings[0]).toBeGreaterThanOrEqual(before);
    expect(readings.at(-1)).toBeLessThanOrEqual(after);
  });
});

describe('a clock whose reading is not a number', () => {
  test.each([Number.NaN, Infinity, -Infinity, undefined, '5'])(
    'causes an error that shows it, and leaves everything usable: %s',
    wrong => {
      let reading: unknown = 100;
      const clock = { secondsSinceEpoch: () => reading as number };
      const limiter = new RateLimiter({ limits: perSecond(1), clock });
      const bucket = new TokenBucket({ ...perSecond(1), clock });
      const breaker = new CircuitBreaker({ errorThreshold: 1, timeWindowSecs: 10, clock });
      limiter.check('k');
      bucket.take();
      breaker.trip();
      reading = wrong;
      const told = /^clock: secondsSinceEpoch\(\) must be (finite|a number), got/;
      expect(() => limiter.check('k')).toThrow(told);
      expect(() => bucket.tryTake()).toThrow(told);
      expect(() => breaker.acquire()).toThrow(told);
      reading = 200;
      expect([limiter.check('k').allowed, bucket.tryTake(), breaker.state]).toEqual([true, true, 'halfOpen']);
    },
  );
});
