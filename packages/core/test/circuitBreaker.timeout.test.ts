import { TimeoutError } from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { breakerOf, deferred } from './breakerTools.js';
import { unhandledRejections } from './unhandled.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

const never = () => new Promise<never>(() => {});

unhandledRejections();

afterEach(() => {
  vi.useRealTimers();
});

describe('timeoutSecs', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  test('rejects with a TimeoutError, and counts as a failure', async () => {
    const { breaker } = touchy();
    const answer = breaker.run(never, { timeoutSecs: 2 });
    const told = expect(answer).rejects.toMatchObject({ name: 'TimeoutError', timeoutSecs: 2 });
    await vi.advanceTimersByTimeAsync(1999);
    expect(breaker.state).toBe('closed');
    await vi.advanceTimersByTimeAsync(1);
    await told;
    await expect(answer).rejects.toBeInstanceOf(TimeoutError);
    expect(breaker.state).toBe('open');
  });

  test('is a failure, whatever errorTypes and isFailure are', async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, errorTypes: [RangeError], isFailure: () => false });
    const answer = breaker.run(never, { timeoutSecs: 2 }).catch(() => {});
    await vi.advanceTimersByTimeAsync(2000);
    await answer;
    expect(breaker.state).toBe('open');
  });

  test("aborts that one call's signal, with the TimeoutError as its reason", async () => {
    const { breaker } = breakerOf();
    const signals: AbortSignal[] = [];
    const call = (signal: AbortSignal) => {
      signals.push(signal);
      return never();
    };
    const answer = breaker.run(call, { timeoutSecs: 1 });
    const other = breaker.run(call, { timeoutSecs: 2 }).catch(() => {});
    const told = expect(answer).rejects.toBeInstanceOf(TimeoutError);
    await vi.advanceTimersByTimeAsync(1000);
    await told;
    expect(signals.map(signal => signal.aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toBeInstanceOf(TimeoutError);
    await vi.advanceTimersByTimeAsync(1000);
    await other;
  });

  test('wins even if the function rejects with its own error as soon as the signal aborts', async () => {
    const { breaker } = breakerOf();
    const answer = breaker.run(
      signal =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(BOOM));
        }),
      { timeoutSecs: 1 },
    );
    const told = expect(answer).rejects.toBeInstanceOf(TimeoutError);
    await vi.advanceTimersByTimeAsync(1000);
    await told;
  });

  test('an answer after the timeout, a value or an error, changes nothing and is not an unhandled rejection', async () => {
    const { breaker, clock } = touchy();
    for (const lose of [
      (late: ReturnType<typeof deferred>) => late.reject(BOOM),
      (late: ReturnType<typeof deferred>) => late.resolve(1),
    ]) {
      breaker.reset();
      const late = deferred();
      const answer = breaker.run(() => late.promise, { timeoutSecs: 1 }).catch(() => {});
      await vi.advanceTimersByTimeAsync(1000);
      await answer;
      clock.advanceBy(1);
      const { retryAfterSecs } = breaker;
      lose(late);
      await vi.advanceTimersByTimeAsync(1000);
      expect(breaker.state).toBe('open');
      expect(breaker.retryAfterSecs).toBe(retryAfterSecs);
    }
  });

  test('does not affect a call that is in time: its result stays, its signal never aborts, its timer is cleared', async () => {
    const { breaker } = touchy();
    let given: AbortSignal | undefined;
    const answer = breaker.run(
      async signal => {
        given = signal;
        return 5;
      },
      { timeoutSecs: 1 },
    );
    await expect(answer).resolves.toBe(5);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(5000);
    expect(given?.aborted).toBe(false);
    expect(breaker.state).toBe('closed');
  });

  test('leaves no timer behind a call that fails, throws, or returns no promise', async () => {
    const { breaker } = breakerOf();
    const sync = () => {
      throw BOOM;
    };
    await expect(breaker.run(() => Promise.reject(BOOM), { timeoutSecs: 1 })).rejects.toBe(BOOM);
    await expect(breaker.run(sync, { timeoutSecs: 1 })).rejects.toBe(BOOM);
    await expect(breaker.run(() => 1, { timeoutSecs: 1 })).resolves.toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a probe that times out is a failed probe', async () => {
    const { breaker, clock } = breakerOf();
    breaker.trip();
    clock.advanceBy(2);
    const answer = breaker.run(never, { timeoutSecs: 1 }).catch(() => {});
    await vi.advanceTimersByTimeAsync(1000);
    await answer;
    expect(breaker.state).toBe('open');
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });
});

describe("the breaker's timeoutSecs", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  test('ends a run, which has a signal, and counts it as a failure', async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, timeoutSecs: 2 });
    let signal: AbortSignal | undefined;
    const call = breaker.run(given => {
      signal = given;
      return never();
    });
    const told = expect(call).rejects.toMatchObject({ name: 'TimeoutError', timeoutSecs: 2 });
    await vi.advanceTimersByTimeAsync(1999);
    expect([breaker.state, signal?.aborted]).toEqual(['closed', false]);
    await vi.advanceTimersByTimeAsync(1);
    await told;
    expect([breaker.state, signal?.aborted]).toEqual(['open', true]);
  });

  test('is overridden by the timeoutSecs of a run', async () => {
    const { breaker } = breakerOf({ timeoutSecs: 2 });
    const call = breaker.run(never, { timeoutSecs: 3 });
    const told = expect(call).rejects.toMatchObject({ timeoutSecs: 3 });
    await vi.advanceTimersByTimeAsync(3000);
    await told;
  });

  test("joins the caller's signal", async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, timeoutSecs: 2 });
    const caller = new AbortController();
    const call = breaker.run(
      signal => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
      { signal: caller.signal },
    );
    caller.abort(BOOM);
    await expect(call).rejects.toBe(BOOM);
    expect([breaker.state, vi.getTimerCount()]).toEqual(['closed', 0]);
  });

  test('ends a wrapped function that returns a promise, which receives only its own arguments', async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, timeoutSecs: 2 });
    const fn = vi.fn(never);
    const told = expect(breaker.wrap(fn as (n: number) => Promise<never>)(5)).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'A call through the circuit breaker "default" took longer than 2 s',
    });
    await vi.advanceTimersByTimeAsync(2000);
    await told;
    expect(breaker.state).toBe('open');
    expect(fn.mock.calls).toEqual([[5]]);
  });

  test('does not affect synchronous results, calls that are in time, and runSync', async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, timeoutSecs: 2 });
    expect(breaker.wrap(() => 1)()).toBe(1);
    await expect(breaker.wrap(async () => 2)()).resolves.toBe(2);
    const late = deferred<number>();
    const call = breaker.runSync(() => late.promise);
    await vi.advanceTimersByTimeAsync(10_000);
    late.resolve(3);
    await expect(call).resolves.toBe(3);
    expect([breaker.state, vi.getTimerCount()]).toEqual(['closed', 0]);
  });

  test.each([
    [0, RangeError, 'timeoutSecs must be > 0, got 0'],
    [2_147_484, RangeError, 'timeoutSecs must be <= 2147483, got 2147484'],
    ['2', TypeError, 'timeoutSecs must be a number, got "2"'],
  ])('%s is an error at construction', (timeoutSecs, kind, message) => {
    const make = () => breakerOf({ timeoutSecs: timeoutSecs as number });
    expect(make).toThrow(kind);
    expect(make).toThrow(`CircuitBreaker: ${message}`);
  });
});
