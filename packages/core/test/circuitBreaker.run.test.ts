import { CircuitBreaker, TooManyErrors } from '@breaking/core';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { breakerOf, deferred, FIVE_IN_TEN, fail } from './breakerTools.js';
import { unhandledRejections } from './unhandled.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

const never = () => new Promise<never>(() => {});

const unhandled = unhandledRejections();

describe('run', () => {
  test('settles with what the function returns, resolves or rejects with: the very same', async () => {
    const { breaker } = breakerOf();
    const value = {};
    await expect(breaker.run(() => value)).resolves.toBe(value);
    await expect(breaker.run(async () => value)).resolves.toBe(value);
    // biome-ignore lint/suspicious/noThenProperty: an object that can be awaited need not be a promise
    const thenable = { then: (done: (each: object) => void) => done(value) } as PromiseLike<object>;
    await expect(breaker.run(() => thenable)).resolves.toBe(value);
    await expect(breaker.run(() => Promise.reject(BOOM))).rejects.toBe(BOOM);
    await expect(
      breaker.run(() => {
        throw BOOM;
      }),
    ).rejects.toBe(BOOM);
    for (const odd of [undefined, null, 'text', 0]) {
      await expect(breaker.run(() => Promise.reject(odd))).rejects.toBe(odd);
      breaker.reset();
    }
  });

  test('counts what it throws and what it rejects with, once each', async () => {
    const { breaker } = breakerOf();
    const sync = () => {
      throw BOOM;
    };
    for (let i = 0; i < 2; i++) {
      await breaker.run(sync).catch(() => {});
      await breaker.run(() => Promise.reject(BOOM)).catch(() => {});
    }
    expect(breaker.state).toBe('closed');
    await breaker.run(() => Promise.reject(undefined)).catch(() => {});
    expect(breaker.state).toBe('open');
  });

  test('always returns a promise: a refusal rejects, and the function is not called', async () => {
    const { breaker } = touchy();
    breaker.trip();
    const fn = vi.fn();
    await expect(breaker.run(fn)).rejects.toBeInstanceOf(TooManyErrors);
    expect(fn).not.toHaveBeenCalled();
  });

  test('a refusal has no stack, which costs more than all the rest; other errors keep theirs', async () => {
    const { breaker } = touchy();
    const { stackTraceLimit } = Error;
    breaker.trip();
    for (const refused of [() => breaker.acquire(), () => breaker.runSync(() => 1)]) {
      expect(refused).toThrow(expect.objectContaining({ stack: expect.not.stringContaining('\n    at ') }));
    }
    await expect(breaker.run(() => 1)).rejects.toBeInstanceOf(TooManyErrors);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new TooManyErrors(1).stack).toContain('\n    at ');
  });

  test('a refusal that its caller does not handle is an unhandled rejection', async () => {
    const { breaker } = touchy();
    breaker.trip();
    void breaker.run(() => 1);
    await new Promise(resolve => setImmediate(resolve));
    expect(unhandled.splice(0)).toEqual([expect.any(TooManyErrors)]);
  });

  test('is settled before its caller receives the result', async () => {
    const { breaker } = touchy();
    const seen = await breaker.run(() => Promise.reject(BOOM)).catch(() => breaker.state);
    expect(seen).toBe('open');
  });

  test('a function that returns no promise is settled at once', () => {
    const { breaker, clock } = touchy();
    breaker.trip();
    clock.advanceBy(10);
    void breaker.run(() => 1);
    expect(breaker.state).toBe('closed');
  });

  test('a call that ends in the epoch after a trip changes nothing', async () => {
    const { breaker } = breakerOf();
    const slow = deferred<number>();
    const answer = breaker.run(() => slow.promise);
    fail(breaker, 5);
    slow.resolve(7);
    await expect(answer).resolves.toBe(7);
    expect(breaker.state).toBe('open');
  });

  test('a rejection that its caller does not handle is an unhandled rejection: nothing is swallowed', async () => {
    const { breaker } = breakerOf();
    void breaker.run(() => Promise.reject(BOOM));
    await new Promise(resolve => setImmediate(resolve));
    expect(unhandled.splice(0)).toEqual([BOOM]);
  });

  test('calls the function without arguments if no signal and no timeoutSecs is set', async () => {
    const { breaker } = breakerOf();
    const fn = vi.fn();
    await breaker.run(fn);
    await breaker.run(fn, {});
    await breaker.run(fn, { signal: undefined, timeoutSecs: undefined });
    expect(fn.mock.calls).toEqual([[], [], []]);
  });

  test('types: the result, and the signal if there is one', () => {
    const { breaker } = breakerOf();
    const { signal } = new AbortController();
    expectTypeOf(breaker.run(() => 1)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(breaker.run(async () => 'a')).toEqualTypeOf<Promise<string>>();
    void breaker.run(given => expectTypeOf(given).toEqualTypeOf<AbortSignal>(), { timeoutSecs: 1 });
    void breaker.run(given => expectTypeOf(given).toEqualTypeOf<AbortSignal>(), { signal });
    void breaker.run(given => expectTypeOf(given).toEqualTypeOf<AbortSignal | undefined>(), {});
    void breaker.run(given => expectTypeOf(given).toEqualTypeOf<AbortSignal | undefined>());
  });

  test.each([
    [
      'no function',
      (breaker: CircuitBreaker) => breaker.run('fn' as never),
      TypeError,
      /fn must be a function/,
    ],
    [
      'an unknown option',
      (breaker: CircuitBreaker) => breaker.run(never, { timeout: 1 } as never),
      TypeError,
      /unknown option "timeout"/,
    ],
    [
      'timeoutSecs of 0',
      (breaker: CircuitBreaker) => breaker.run(never, { timeoutSecs: 0 }),
      RangeError,
      /timeoutSecs must be > 0, got 0/,
    ],
    [
      'more seconds than a timer can wait',
      (breaker: CircuitBreaker) => breaker.run(never, { timeoutSecs: 3e6 }),
      RangeError,
      /timeoutSecs must be <= 2147483/,
    ],
  ])('%s rejects, names what is wrong, and takes no permit', async (_, run, type, message) => {
    const { breaker, clock } = touchy();
    breaker.trip();
    clock.advanceBy(10);
    const answer = run(breaker);
    await expect(answer).rejects.toBeInstanceOf(type);
    await expect(answer).rejects.toThrow(message);
    expect(breaker.isAllowingExecution()).toBe(true);
  });
});

describe('runSync', () => {
  test('returns what the function returns and throws what it throws: the very same', () => {
    const { breaker } = touchy();
    const value = {};
    expect(breaker.runSync(() => value)).toBe(value);
    const sync = () => {
      throw BOOM;
    };
    expect(() => breaker.runSync(sync)).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('throws a refusal, and the function is not called', () => {
    const { breaker } = touchy();
    breaker.trip();
    const fn = vi.fn();
    expect(() => breaker.runSync(fn)).toThrow(TooManyErrors);
    expect(fn).not.toHaveBeenCalled();
  });

  test('a promise that the function returns settles the call', async () => {
    const { breaker } = touchy();
    const late = deferred();
    const answer = breaker.runSync(() => late.promise);
    late.reject(BOOM);
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });
});

test('a breaker on the process clock works as well', async () => {
  const breaker = new CircuitBreaker(FIVE_IN_TEN);
  for (let i = 0; i < 5; i++) await breaker.run(() => Promise.reject(BOOM)).catch(() => {});
  expect(breaker.state).toBe('open');
  expect(breaker.retryAfterSecs).toBeGreaterThan(0);
});
