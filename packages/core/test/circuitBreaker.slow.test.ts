import { describe, expect, test } from 'vitest';
import { breakerOf } from './breakerTools.js';

const BOOM = new Error('boom');

/** Trips on the first failure. Calls of more than 5 seconds are slow. */
const impatient = (options = {}) => breakerOf({ errorThreshold: 1, slowCallSecs: 5, ...options });

describe('slowCallSecs', () => {
  test('a call that takes longer is a failure, and its answer is passed on', async () => {
    const { breaker, clock } = impatient();
    const slow = async () => {
      clock.advanceBy(5.001);
      return 'an answer';
    };
    await expect(breaker.run(slow)).resolves.toBe('an answer');
    expect(breaker.state).toBe('open');
  });

  test.each(['run', 'runSync', 'wrap'] as const)('counts for %s', async how => {
    const { breaker, clock } = impatient();
    const slow = () => clock.advanceBy(6);
    if (how === 'run') await breaker.run(slow);
    else if (how === 'runSync') breaker.runSync(slow);
    else breaker.wrap(slow)();
    expect(breaker.state).toBe('open');
  });

  test('a call that takes exactly that long is in time', () => {
    const { breaker, clock } = impatient();
    breaker.runSync(() => clock.advanceBy(5));
    expect(breaker.state).toBe('closed');
  });

  test('a permit that succeeds too late is a failure; one that ignores its call is not', () => {
    const { breaker, clock } = impatient({ errorThreshold: 2 });
    const [late, ignored] = [breaker.acquire(), breaker.acquire()];
    clock.advanceBy(6);
    ignored.ignore();
    late.success();
    expect(breaker.state).toBe('closed');
    const second = breaker.acquire();
    clock.advanceBy(6);
    second.success();
    const third = breaker.acquire();
    third.failure();
    expect(breaker.state).toBe('open');
  });

  test('a slow call is a failure although its error does not count', () => {
    const { breaker, clock } = impatient({ isFailure: () => false });
    const slow = () => {
      clock.advanceBy(6);
      throw BOOM;
    };
    expect(() => breaker.runSync(slow)).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a call that hangs counts even if its caller gives up; a caller that gives up earlier is ignored', async () => {
    const { breaker, clock } = impatient();
    const hang = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    for (const [afterSecs, state] of [
      [4, 'closed'],
      [6, 'open'],
    ] as const) {
      const caller = new AbortController();
      const call = breaker.run(hang, { signal: caller.signal });
      clock.advanceBy(afterSecs);
      caller.abort(BOOM);
      await expect(call).rejects.toBe(BOOM);
      expect(breaker.state).toBe(state);
    }
  });

  test("another breaker's refusal is ignored, however late it comes", () => {
    const inner = breakerOf().breaker;
    inner.trip();
    const { breaker, clock } = impatient();
    const late = () => {
      clock.advanceBy(6);
      inner.acquire();
    };
    expect(() => breaker.runSync(late)).toThrow('Too many errors');
    expect(breaker.state).toBe('closed');
  });

  test('a probe that takes too long is a failed probe', () => {
    const { breaker, clock } = impatient();
    breaker.trip();
    clock.advanceBy(10);
    breaker.runSync(() => clock.advanceBy(6));
    expect(breaker.state).toBe('open');
  });

  test('by default no call is too slow', () => {
    const { breaker, clock } = breakerOf({ errorThreshold: 1 });
    breaker.runSync(() => clock.advanceBy(1e9));
    expect(breaker.state).toBe('closed');
  });

  test('a clock that steps back makes nothing slow', () => {
    let secs = 1000;
    const { breaker } = impatient({ clock: { secondsSinceEpoch: () => secs } });
    breaker.runSync(() => {
      secs = 0;
    });
    expect(breaker.state).toBe('closed');
  });

  test.each([
    [0, RangeError, 'slowCallSecs must be > 0, got 0'],
    [Number.NaN, RangeError, 'slowCallSecs must be finite, got NaN'],
    ['5', TypeError, 'slowCallSecs must be a number, got "5"'],
  ])('%s is an error at construction', (slowCallSecs, kind, message) => {
    const make = () => impatient({ slowCallSecs });
    expect(make).toThrow(kind);
    expect(make).toThrow(`CircuitBreaker: ${message}`);
  });
});
