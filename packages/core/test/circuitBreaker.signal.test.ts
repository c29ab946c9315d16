import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { breakerOf } from './breakerTools.js';
import { unhandledRejections } from './unhandled.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

const never = () => new Promise<never>(() => {});

unhandledRejections();

afterEach(() => {
  vi.useRealTimers();
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

  test('a signal that aborts because its time is up (AbortSignal.timeout) is a timeout, so a failure', async () => {
    const { breaker } = touchy();
    const controller = new AbortController();
    const timeUp = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    const answer = breaker.run(untilAborted, { signal: controller.signal });
    controller.abort(timeUp);
    await expect(answer).rejects.toBe(timeUp);
    expect(breaker.state).toBe('open');
  });

  test('a signal that is not one is a TypeError', async () => {
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

  test('reaches the function through the signal of timeoutSecs, and is ignored then too', async () => {
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
