import { getEventListeners } from 'node:events';
import { CircuitBreaker, TimeoutError, TooManyErrors } from '@breaking/core';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { breakerOf, deferred, FIVE_IN_TEN, fail } from './breakerTools.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

const never = () => new Promise<never>(() => {});

let unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  vi.useRealTimers();
  // Rejections that nobody handles are told once all microtasks are done.
  await new Promise(resolve => setImmediate(resolve));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

describe('run', () => {
  test('settles with what the function returns, resolves or rejects with: the very same', async () => {
    const { breaker } = breakerOf();
    const value = {};
    await expect(breaker.run(() => value)).resolves.toBe(value);
    await expect(breaker.run(async () => value)).resolves.toBe(value);
    // biome-ignore lint/suspicious/noThenProperty: what awaits like a promise need not be one
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

  test('a refusal that its caller does not handle is told too', async () => {
    const { breaker } = touchy();
    breaker.trip();
    void breaker.run(() => 1);
    await new Promise(resolve => setImmediate(resolve));
    expect(unhandled).toEqual([expect.any(TooManyErrors)]);
    unhandled = [];
  });

  test('is settled by the time its caller hears of it', async () => {
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

  test('a rejection that its caller does not handle is still told: nothing is swallowed', async () => {
    const { breaker } = breakerOf();
    void breaker.run(() => Promise.reject(BOOM));
    await new Promise(resolve => setImmediate(resolve));
    expect(unhandled).toEqual([BOOM]);
    unhandled = [];
  });

  test('calls the function without arguments where no signal and no timeoutSecs is given', async () => {
    const { breaker } = breakerOf();
    const fn = vi.fn();
    await breaker.run(fn);
    await breaker.run(fn, {});
    await breaker.run(fn, { signal: undefined, timeoutSecs: undefined });
    expect(fn.mock.calls).toEqual([[], [], []]);
  });

  test('types: the result, and the signal where there is one', () => {
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

  test('is a failure whatever errorTypes and isFailure say of errors', async () => {
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

  test('is the answer even where the function rejects with its own error as soon as the signal aborts', async () => {
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

  test('the loser of the race, be it a value or an error, changes nothing and is no unhandled rejection', async () => {
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

  test('does not touch a call that is in time: its answer stands, its signal never aborts, its timer is gone', async () => {
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

describe("the caller's signal", () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });

  test('is what the function is called with', async () => {
    const { breaker } = breakerOf();
    const { signal } = new AbortController();
    await expect(breaker.run(given => given, { signal })).resolves.toBe(signal);
  });

  test('an abort by the caller is ignored: neither success nor failure', async () => {
    const { breaker, clock } = breakerOf({ errorThreshold: 1, probeSuccesses: 2 });
    breaker.trip();
    clock.advanceBy(10);
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const answer = breaker.run(untilAborted, { signal: controller.signal });
      controller.abort(BOOM);
      await expect(answer).rejects.toBe(BOOM);
    }
    expect(breaker.state).toBe('halfOpen');
    breaker.acquire().failure();
    expect(breaker.retryAfterSecs).toBeCloseTo(20, 9);
  });

  test('so is an AbortError after it, as Node throws it', async () => {
    const { breaker } = touchy();
    const controller = new AbortController();
    const abortError = Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
    const answer = breaker.run(
      async () => {
        controller.abort();
        throw abortError;
      },
      { signal: controller.signal },
    );
    await expect(answer).rejects.toBe(abortError);
    expect(breaker.state).toBe('closed');
  });

  test.each([
    {
      what: 'with the reason as its cause',
      error: (reason: unknown) => new Error('failed', { cause: reason }),
    },
    {
      what: 'that a client calls cancelled',
      error: () => Object.assign(new Error(), { name: 'CanceledError' }),
    },
  ])('so is an error $what', async ({ error }) => {
    const { breaker } = touchy();
    const controller = new AbortController();
    const call = async (signal: AbortSignal) => {
      controller.abort();
      throw error(signal.reason);
    };
    await expect(breaker.run(call, { signal: controller.signal })).rejects.toThrow();
    expect(breaker.state).toBe('closed');
  });

  test('another error after an abort counts, and so does an AbortError without one', async () => {
    const { breaker } = breakerOf({ errorThreshold: 2 });
    const controller = new AbortController();
    const abortError = Object.assign(new Error('aborted elsewhere'), { name: 'AbortError' });
    await breaker.run(() => Promise.reject(abortError), { signal: controller.signal }).catch(() => {});
    controller.abort();
    const late = new AbortController();
    const answer = breaker.run(
      async () => {
        late.abort();
        throw BOOM;
      },
      { signal: late.signal },
    );
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a signal whose time is up (AbortSignal.timeout) is a time-out, so a failure', async () => {
    const { breaker } = touchy();
    const controller = new AbortController();
    const timeUp = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    const answer = breaker.run(untilAborted, { signal: controller.signal });
    controller.abort(timeUp);
    await expect(answer).rejects.toBe(timeUp);
    expect(breaker.state).toBe('open');
  });

  test('anything else in its place is a TypeError', async () => {
    const { breaker } = breakerOf();
    const call = breaker.run(() => 1, { signal: {} as AbortSignal });
    await expect(call).rejects.toThrow(
      new TypeError(
        'CircuitBreaker.run: signal must be an object with a method throwIfAborted, got an object of Object',
      ),
    );
  });

  test('one that is aborted already rejects with its reason, calls nothing and takes no permit', async () => {
    const { breaker, clock } = touchy();
    const fn = vi.fn();
    const signal = AbortSignal.abort(BOOM);
    await expect(breaker.run(fn, { signal })).rejects.toBe(BOOM);
    breaker.trip();
    await expect(breaker.run(fn, { signal })).rejects.toBe(BOOM);
    clock.advanceBy(10);
    await expect(breaker.run(fn, { signal, timeoutSecs: 1 })).rejects.toBe(BOOM);
    expect(fn).not.toHaveBeenCalled();
    expect(breaker.isAllowingExecution()).toBe(true);
  });

  test('reaches the function through the signal that timeoutSecs gives it, and is ignored then too', async () => {
    const { breaker } = touchy();
    const controller = new AbortController();
    const answer = breaker.run(untilAborted, { signal: controller.signal, timeoutSecs: 60 });
    controller.abort(BOOM);
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('closed');
  });

  test('keeps no listener once the call has settled, however it did', async () => {
    const { breaker } = breakerOf();
    const { signal } = new AbortController();
    const options = { signal, timeoutSecs: 60 };
    await breaker.run(async () => 1, options);
    await breaker.run(() => 1, options);
    await breaker.run(() => Promise.reject(BOOM), options).catch(() => {});
    await breaker
      .run(() => {
        throw BOOM;
      }, options)
      .catch(() => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    vi.useFakeTimers();
    const late = breaker.run(never, options).catch(() => {});
    await vi.advanceTimersByTimeAsync(60_000);
    await late;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('what counts', () => {
  class Upstream extends Error {}
  class Unavailable extends Upstream {}

  test('errorTypes: only errors of these classes count, one that does not is a success', async () => {
    const { breaker } = breakerOf({ errorThreshold: 1, errorTypes: [Upstream] });
    await breaker.run(() => Promise.reject(BOOM)).catch(() => {});
    await breaker.run(() => Promise.reject('text')).catch(() => {});
    expect(breaker.state).toBe('closed');
    await breaker.run(() => Promise.reject(new Unavailable())).catch(() => {});
    expect(breaker.state).toBe('open');
  });

  test('errorTypes: an error counts once, however many classes it matches', async () => {
    const { breaker } = breakerOf({ errorThreshold: 2, errorTypes: [Error, Upstream, Unavailable] });
    await breaker.run(() => Promise.reject(new Unavailable())).catch(() => {});
    expect(breaker.state).toBe('closed');
  });

  test('errorTypes are read once: a list that changes later changes nothing', () => {
    const errorTypes = [RangeError];
    const { breaker } = breakerOf({ errorThreshold: 1, errorTypes });
    errorTypes.pop();
    breaker.acquire().failure(new RangeError());
    expect(breaker.state).toBe('open');
  });

  test('isFailure chooses by the error itself', async () => {
    const isFailure = (error: unknown) => (error as { status: number }).status >= 500;
    const { breaker } = breakerOf({ errorThreshold: 1, isFailure });
    await breaker.run(() => Promise.reject({ status: 404 })).catch(() => {});
    expect(breaker.state).toBe('closed');
    await breaker.run(() => Promise.reject({ status: 503 })).catch(() => {});
    expect(breaker.state).toBe('open');
  });

  test('with errorTypes and isFailure an error must pass both', () => {
    const isFailure = (error: unknown) => (error as Error).message === 'counts';
    const { breaker } = breakerOf({ errorThreshold: 1, errorTypes: [Upstream], isFailure });
    for (const error of [new Error('counts'), new Upstream('does not')]) breaker.acquire().failure(error);
    expect(breaker.state).toBe('closed');
    breaker.acquire().failure(new Upstream('counts'));
    expect(breaker.state).toBe('open');
  });

  test('an error that does not count closes a breaker that probes with it', async () => {
    const { breaker, clock } = breakerOf({ errorThreshold: 1, errorTypes: [Upstream] });
    breaker.trip();
    clock.advanceBy(10);
    await breaker.run(() => Promise.reject(BOOM)).catch(() => {});
    expect(breaker.state).toBe('closed');
  });

  test('a permit judges an error as run does; without an error a failure is one', () => {
    const { breaker } = breakerOf({ errorThreshold: 1, isFailure: () => false });
    breaker.acquire().failure(BOOM);
    expect(breaker.state).toBe('closed');
    breaker.acquire().failure();
    expect(breaker.state).toBe('open');
  });

  test("another breaker's TooManyErrors is ignored: neither success nor failure", async () => {
    const inner = touchy().breaker;
    inner.trip();
    const { breaker, clock } = breakerOf({ errorThreshold: 1 });
    breaker.trip();
    clock.advanceBy(10);
    const answer = breaker.run(() => inner.run(never));
    await expect(answer).rejects.toBeInstanceOf(TooManyErrors);
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.isAllowingExecution()).toBe(true);
    const permit = breaker.acquire();
    permit.failure(await answer.catch(error => error));
    expect(breaker.state).toBe('halfOpen');
  });

  test('an isFailure that throws counts as a failure, emits a process warning and leaves the answer unharmed', async () => {
    const { breaker } = breakerOf({
      errorThreshold: 1,
      isFailure: () => {
        throw new TypeError('oh no');
      },
    });
    const warned = nextWarning();
    await expect(breaker.run(() => Promise.reject(BOOM))).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
    expect(await warned).toMatchObject({
      code: 'BREAKING_CALLBACK_ERROR',
      message: 'CircuitBreaker: isFailure failed: oh no',
      detail: expect.stringContaining('isFailure'),
    });
  });

  test('an isFailure that returns a promise cannot be waited for: it counts, and a rejection is a warning', async () => {
    const isFailure = (async () => {
      throw new TypeError('too late');
    }) as never;
    const { breaker } = breakerOf({ errorThreshold: 1, isFailure });
    const warned = nextWarning();
    await expect(breaker.run(() => Promise.reject(BOOM))).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
    expect(await warned).toMatchObject({ code: 'BREAKING_CALLBACK_ERROR' });
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

  test('a promise that comes back settles the call when it settles', async () => {
    const { breaker } = touchy();
    const late = deferred();
    const answer = breaker.runSync(() => late.promise);
    late.reject(BOOM);
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });
});

describe('wrap', () => {
  test('keeps this, arguments, result, name and length', async () => {
    const { breaker } = breakerOf();
    const account = {
      balance: 10,
      pay: breaker.wrap(async function pay(this: { balance: number }, amount: number, ..._: string[]) {
        this.balance -= amount;
        return this.balance;
      }),
      read: breaker.wrap(function read(this: { balance: number }) {
        return this.balance;
      }),
    };
    await expect(account.pay(3, 'a', 'b')).resolves.toBe(7);
    expect(account.read()).toBe(7);
    expect([account.pay.name, account.pay.length]).toEqual(['pay', 1]);
  });

  test('keeps types, generic and overloaded ones too', () => {
    const { breaker } = breakerOf();
    function echo<T>(value: T): Promise<T>;
    function echo<T>(value: T, times: number): Promise<T[]>;
    async function echo(value: unknown, times?: number): Promise<unknown> {
      return times === undefined ? value : Array.from({ length: times }, () => value);
    }
    expectTypeOf(breaker.wrap(echo)).toEqualTypeOf<typeof echo>();
    expectTypeOf(breaker.wrap(echo)('a', 2)).toEqualTypeOf<Promise<string[]>>();
    expectTypeOf(breaker.wrap((n: number) => n + 1)).toEqualTypeOf<(n: number) => number>();
  });

  test('settles a call with the promise that it returns', async () => {
    const { breaker } = touchy();
    const late = deferred<string>();
    const answer = breaker.wrap(() => late.promise)();
    expect(breaker.state).toBe('closed');
    late.reject(BOOM);
    await expect(answer).rejects.toBe(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('settles a call that returns anything else at once', () => {
    const { breaker, clock } = touchy();
    breaker.trip();
    clock.advanceBy(10);
    expect(breaker.wrap((n: number) => n + 1)(1)).toBe(2);
    expect(breaker.state).toBe('closed');
    const sync = breaker.wrap(() => {
      throw BOOM;
    });
    expect(() => sync()).toThrow(BOOM);
    expect(breaker.state).toBe('open');
  });

  test('a refusal of a function throws, one of an async function rejects', async () => {
    const { breaker } = touchy();
    breaker.trip();
    expect(() => breaker.wrap(() => 1)()).toThrow(TooManyErrors);
    await expect(breaker.wrap(async () => 1)()).rejects.toBeInstanceOf(TooManyErrors);
    await expect(breaker.wrap((async () => 1).bind(null))()).rejects.toBeInstanceOf(TooManyErrors);
  });

  test('a refusal rejects too once the function has returned a promise', async () => {
    const { breaker } = touchy();
    const call = breaker.wrap(() => Promise.reject(BOOM));
    await expect(call()).rejects.toBe(BOOM);
    await expect(call()).rejects.toBeInstanceOf(TooManyErrors);
  });

  test('wrapped functions share their breaker', async () => {
    const { breaker } = breakerOf({ errorThreshold: 2 });
    const calls = [breaker.wrap(() => Promise.reject(BOOM)), breaker.wrap(() => Promise.reject(BOOM))];
    for (const call of calls) await call().catch(() => {});
    expect(breaker.state).toBe('open');
  });

  test('refuses what is no function', () => {
    const { breaker } = breakerOf();
    expect(() => breaker.wrap('fn' as never)).toThrow(/wrap: fn must be a function, got "fn"/);
    expect(() => breaker.runSync(1 as never)).toThrow(/runSync: fn must be a function, got 1/);
  });
});

test('a breaker on the process clock works as well', async () => {
  const breaker = new CircuitBreaker(FIVE_IN_TEN);
  for (let i = 0; i < 5; i++) await breaker.run(() => Promise.reject(BOOM)).catch(() => {});
  expect(breaker.state).toBe('open');
  expect(breaker.retryAfterSecs).toBeGreaterThan(0);
});

function nextWarning(): Promise<Error> {
  return new Promise(resolve => process.once('warning', resolve));
}
