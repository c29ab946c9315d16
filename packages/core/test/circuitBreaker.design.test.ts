import { CircuitBreaker, CircuitBreakerGroup, MockClock, type Permit, TooManyErrors } from '@breaking/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { breakerOf, fail } from './breakerTools.js';

/**
 * The sentences of the design about a breaker, each tested through the public methods. The details have tests in the
 * files next to this one.
 */

const BOOM = new Error('boom');

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** 4 failures in 8 s: r is half a token a second, and a token takes 2 s to return. */
const made = (options = {}) => breakerOf({ errorThreshold: 4, timeWindowSecs: 8, ...options });

describe('the bucket of a closed breaker', () => {
  test('failures take tokens from a bucket of errorThreshold that regains all of them in timeWindowSecs', () => {
    const { breaker, clock } = made();
    fail(breaker, 3);
    clock.advanceBy(8);
    fail(breaker, 3);
    expect(breaker.state).toBe('closed');
  });

  test('fewer than one token left means open', () => {
    const { breaker } = made();
    fail(breaker, 3);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  test('it trips on any sustained failure rate above r, and on none up to it', () => {
    for (const [everySecs, state] of [
      [2, 'closed'],
      [1.9, 'open'],
    ] as const) {
      const { breaker, clock } = made();
      for (let i = 0; i < 1000 && breaker.state === 'closed'; i++) {
        fail(breaker);
        clock.advanceBy(everySecs);
      }
      breaker.recordFailure();
      expect(breaker.state === 'closed' ? 'closed' : 'open').toBe(state);
    }
  });

  test('it is not a count over a sliding window', () => {
    const { breaker, clock } = made();
    fail(breaker, 3);
    clock.advanceBy(2);
    // Four failures in two seconds. A sliding window of eight would count all of them.
    fail(breaker);
    expect(breaker.state).toBe('closed');
  });

  test('a success puts back p/(1−p) tokens for a tolerableErrorRatio p, by default nothing', () => {
    for (const [tolerableErrorRatio, state] of [
      [undefined, 'open'],
      [0.5, 'closed'],
    ] as const) {
      const { breaker } = made({ tolerableErrorRatio });
      fail(breaker, 3);
      breaker.acquire().success();
      fail(breaker);
      expect(breaker.state).toBe(state);
    }
  });

  test('failures below that share drain nothing on average, and errorThreshold limits a run of failures', () => {
    const { breaker } = made({ tolerableErrorRatio: 0.5 });
    for (let i = 0; i < 10_000; i++) {
      fail(breaker);
      breaker.acquire().success();
    }
    fail(breaker, 3);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });
});

describe('recovery', () => {
  test('the first admission after a trip comes after cooldownSecs, by default the time in which one token returns', () => {
    for (const [cooldownSecs, secs] of [
      [undefined, 2],
      [7, 7],
    ] as const) {
      const { breaker } = made({ cooldownSecs });
      fail(breaker, 4);
      expect(breaker.retryAfterSecs).toBeCloseTo(secs, 9);
    }
  });

  test('then single probes, spaced by D: one that has not settled counts as failed until it does', () => {
    const { breaker, clock } = made();
    fail(breaker, 4);
    const gaps: number[] = [];
    for (let i = 0; i < 5; i++) {
      gaps.push(breaker.retryAfterSecs);
      clock.advanceBy(breaker.retryAfterSecs);
      expect(breaker.tryAcquire()).toBeDefined();
      expect(breaker.tryAcquire()).toBeUndefined();
    }
    expect(gaps.map(Math.round)).toEqual([2, 4, 8, 16, 30]);
  });

  test('each failed probe waits cooldownBackoff (2) times longer, up to cooldownMaxSecs (30, or cooldownSecs if larger)', () => {
    for (const [options, waits] of [
      [{}, [2, 4, 8, 16, 30, 30]],
      [{ cooldownSecs: 40 }, [40, 40, 40]],
      [{ cooldownBackoff: 3, cooldownMaxSecs: 20 }, [2, 6, 18, 20]],
    ] as const) {
      const { breaker, clock } = made(options);
      fail(breaker, 4);
      for (const waitSecs of waits) {
        expect(breaker.retryAfterSecs).toBeCloseTo(waitSecs, 9);
        clock.advanceBy(breaker.retryAfterSecs);
        fail(breaker);
      }
    }
  });

  test('a smaller cooldownMaxSecs is a RangeError, also against the default cool-down', () => {
    expect(() => made({ cooldownMaxSecs: 1.9 })).toThrow(RangeError);
    expect(() => made({ cooldownSecs: 5, cooldownMaxSecs: 4.9 })).toThrow(RangeError);
  });

  test('probeSuccesses (1) in a row close it with a full bucket', () => {
    for (const probeSuccesses of [undefined, 3]) {
      const { breaker, clock } = made({ probeSuccesses });
      fail(breaker, 4);
      clock.advanceBy(2);
      for (let i = 0; i < (probeSuccesses ?? 1); i++) {
        expect(breaker.state).toBe('halfOpen');
        breaker.acquire().success();
      }
      expect(breaker.state).toBe('closed');
      fail(breaker, 3);
      expect(breaker.state).toBe('closed');
    }
  });

  test('there is no timer anywhere, and a probe that never settles cannot wedge the breaker', () => {
    const setTimer = vi.spyOn(globalThis, 'setTimeout');
    const setTicker = vi.spyOn(globalThis, 'setInterval');
    const { breaker, clock } = made();
    fail(breaker, 4);
    clock.advanceBy(2);
    breaker.acquire();
    clock.advanceBy(4);
    breaker.acquire().success();
    expect(breaker.state).toBe('closed');
    expect([setTimer, setTicker].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('an ignored probe gives back its place and its level', () => {
    const { breaker, clock } = made();
    fail(breaker, 4);
    clock.advanceBy(2);
    for (let i = 0; i < 10; i++) breaker.acquire().ignore();
    fail(breaker);
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('the level is 0 again after timeWindowSecs spent closed without a trip, and not before', () => {
    for (const [closedSecs, waitSecs] of [
      [7.9, 4],
      [8, 2],
    ] as const) {
      const { breaker, clock } = made();
      fail(breaker, 4);
      clock.advanceBy(2);
      breaker.acquire().success();
      clock.advanceBy(closedSecs);
      fail(breaker, 4);
      expect(breaker.retryAfterSecs).toBeCloseTo(waitSecs, 9);
    }
  });

  test('an outcome from an older epoch changes nothing', () => {
    const { breaker, clock } = made();
    const before = Array.from({ length: 20 }, () => breaker.acquire());
    fail(breaker, 4);
    clock.advanceBy(2);
    for (const permit of before.slice(0, 10)) permit.failure();
    for (const permit of before.slice(10)) permit.success();
    expect(breaker.state).toBe('halfOpen');
    fail(breaker);
    expect(breaker.retryAfterSecs).toBeCloseTo(4, 9);
  });

  test('excess callers are refused at once, never queued', async () => {
    const { breaker, clock } = made();
    fail(breaker, 4);
    clock.advanceBy(2);
    const probe = breaker.acquire();
    const calls = Array.from({ length: 100 }, () => breaker.run(async () => 1));
    const ended = await Promise.allSettled(calls);
    expect(ended.every(each => each.status === 'rejected' && each.reason instanceof TooManyErrors)).toBe(
      true,
    );
    probe.success();
  });

  test('jitter lengthens each D, after the cap, at random by up to that share', () => {
    const { breaker, clock } = made({ cooldownSecs: 10, cooldownMaxSecs: 10, jitter: 0.5 });
    vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValue(0.999);
    fail(breaker, 4);
    expect(breaker.retryAfterSecs).toBeCloseTo(10, 9);
    clock.advanceBy(10);
    breaker.acquire();
    expect(breaker.retryAfterSecs).toBeCloseTo(12.5, 9);
    clock.advanceBy(12.5);
    breaker.acquire();
    expect(breaker.retryAfterSecs).toBeCloseTo(14.995, 9);
  });

  test('while recovering the slack is min(0.001, 1e-6 · r · D), so that a short cool-down stays a cool-down', () => {
    for (const secs of [1e-6, 1e-3, 1, 1e3]) {
      const { breaker, clock } = made({ cooldownSecs: secs });
      fail(breaker, 4);
      clock.advanceBy(secs * 0.99999);
      expect(breaker.tryAcquire()).toBeUndefined();
      clock.advanceBy(secs * 0.00001);
      expect(breaker.tryAcquire()).toBeDefined();
    }
  });
});

describe('state', () => {
  test('is open while recovering with less than one token and no probe in flight, else halfOpen', () => {
    const { breaker, clock } = made({ probeSuccesses: 2 });
    const states: string[] = [breaker.state];
    const then = (step: () => unknown) => {
      step();
      states.push(breaker.state);
    };
    let probe: Permit | undefined;
    const acquire = () => {
      probe = breaker.acquire();
    };
    then(() => fail(breaker, 4));
    then(() => clock.advanceBy(2));
    then(acquire);
    then(() => probe?.failure());
    then(() => clock.advanceBy(4));
    then(acquire);
    then(() => probe?.success());
    then(acquire);
    then(() => probe?.success());
    expect(states).toEqual([
      ...['closed', 'open', 'halfOpen', 'halfOpen', 'open'],
      ...['halfOpen', 'halfOpen', 'halfOpen', 'halfOpen', 'closed'],
    ]);
  });

  test('recordFailure and recordSuccess change nothing while open; in halfOpen they count as a probe', () => {
    const { breaker, clock } = made();
    fail(breaker, 4);
    breaker.recordFailure();
    breaker.recordSuccess();
    expect([breaker.state, Math.round(breaker.retryAfterSecs)]).toEqual(['open', 2]);
    clock.advanceBy(2);
    breaker.recordFailure();
    expect([breaker.state, Math.round(breaker.retryAfterSecs)]).toEqual(['open', 4]);
    clock.advanceBy(4);
    breaker.recordSuccess();
    expect(breaker.state).toBe('closed');
  });
});

describe('calls', () => {
  const touchy = (options = {}) => made({ errorThreshold: 1, ...options });

  test("the caller's own abort and another breaker's TooManyErrors are ignored", async () => {
    const { breaker } = touchy();
    const caller = new AbortController();
    const call = breaker.run(
      signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: caller.signal },
    );
    caller.abort(BOOM);
    await expect(call).rejects.toBe(BOOM);
    const refusal = new TooManyErrors(1);
    await expect(breaker.run(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(breaker.state).toBe('closed');
  });

  test('a timeout is a failure (TimeoutError)', async () => {
    vi.useFakeTimers();
    const { breaker } = touchy();
    const call = breaker.run(() => new Promise(() => {}), { timeoutSecs: 1 });
    const told = expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    await vi.advanceTimersByTimeAsync(1000);
    await told;
    expect(breaker.state).toBe('open');
  });

  test('run calls fn with a signal only when a signal or a timeout was given', async () => {
    const { signal } = new AbortController();
    const given = async (options: object | undefined, ofBreaker = {}) => {
      const fn = vi.fn(async (..._args: unknown[]) => 1);
      await made(ofBreaker).breaker.run(fn, options);
      return fn.mock.calls[0]?.map(arg => arg instanceof AbortSignal);
    };
    expect(await given(undefined)).toEqual([]);
    expect(await given({})).toEqual([]);
    expect(await given({ signal })).toEqual([true]);
    expect(await given({ timeoutSecs: 1 })).toEqual([true]);
    expect(await given(undefined, { timeoutSecs: 1 })).toEqual([true]);
  });

  test('the original error is never masked or replaced', async () => {
    for (const thrown of [BOOM, undefined, 'text', Object.freeze({ odd: true })]) {
      const { breaker } = touchy();
      await expect(breaker.run(() => Promise.reject(thrown))).rejects.toBe(thrown);
    }
    const trap = new Proxy(new Error('trap'), {
      get: () => {
        throw BOOM;
      },
    });
    const { breaker } = touchy();
    const caught = await breaker.run(() => Promise.reject(trap)).catch((error: unknown) => [error]);
    expect((caught as unknown[])[0] === trap).toBe(true);
  });
});

test('a group exceeds maxKeys rather than forget a breaker that is not closed and full, up to twice maxKeys', () => {
  const clock = new MockClock();
  const group = new CircuitBreakerGroup({ errorThreshold: 4, timeWindowSecs: 8, maxKeys: 50, clock });
  const sizes: number[] = [];
  for (let i = 0; i < 1000; i++) {
    group.get(String(i)).recordFailure();
    sizes.push(group.size);
  }
  expect(Math.max(...sizes)).toBe(100);
  expect(sizes[99]).toBe(100);
});

test('two breakers with the same name share nothing', () => {
  const [a, b] = [1, 2].map(() => new CircuitBreaker({ name: 'same', errorThreshold: 1, timeWindowSecs: 1 }));
  a?.trip();
  expect(b?.state).toBe('closed');
});
