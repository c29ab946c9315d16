import { ConcurrencyLimiter, Overloaded, TooManyErrors } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { breakerOf } from './breakerTools.js';
import { unhandledRejections } from './unhandled.js';

const BOOM = new Error('boom');

/** Trips on the first failure. */
const touchy = () => breakerOf({ errorThreshold: 1 });

const never = () => new Promise<never>(() => {});

unhandledRejections();

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

  test('a failure with undefined as its error is a failure without an error', () => {
    const { breaker } = breakerOf({ errorThreshold: 1, errorTypes: [Upstream], isFailure: () => false });
    breaker.acquire().failure(undefined);
    expect(breaker.state).toBe('open');
  });

  test.each([undefined, null, 0, '', false, Number.NaN, 1n, Symbol('odd')])(
    'a thrown value that is not an Error is judged like one: %s',
    async odd => {
      const seen: unknown[] = [];
      const isFailure = (error: unknown) => seen.push(error) > 1;
      const typed = breakerOf({ errorThreshold: 1, errorTypes: [Upstream] }).breaker;
      const judged = breakerOf({ errorThreshold: 1, isFailure }).breaker;
      for (const breaker of [typed, judged, judged]) {
        expect(breaker.state).toBe('closed');
        await expect(breaker.run(() => Promise.reject(odd))).rejects.toBe(odd);
      }
      expect([typed.state, judged.state]).toEqual(['closed', 'open']);
      expect(seen).toEqual([odd, odd]);
    },
  );

  test("a concurrency limiter's Overloaded is ignored: the call was not made", async () => {
    const { breaker } = breakerOf({ errorThreshold: 1 });
    const limiter = new ConcurrencyLimiter({ limit: 1 });
    limiter.tryAcquire();
    await expect(breaker.run(() => limiter.run(() => 'made'))).rejects.toBeInstanceOf(Overloaded);
    expect(breaker.state).toBe('closed');
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

function nextWarning(): Promise<Error> {
  return new Promise(resolve => process.once('warning', resolve));
}
