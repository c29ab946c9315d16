import { channel } from 'node:diagnostics_channel';
import {
  ConcurrencyLimiter,
  type ConcurrencyLimiterOptions,
  type ConcurrencyMessage,
  Overloaded,
  type Permit,
} from '@breaking/core';
import { afterEach, describe, expect, test } from 'vitest';
import { deferred } from './breakerTools.js';

const decisions = channel('breaking:concurrency_limit:decision');
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Subscribes until the end of the test. */
function listen(): ConcurrencyMessage[] {
  const heard: ConcurrencyMessage[] = [];
  const onMessage = (message: unknown) => heard.push(message as ConcurrencyMessage);
  decisions.subscribe(onMessage);
  stops.push(() => decisions.unsubscribe(onMessage));
  return heard;
}

/** Takes all permits that are available. */
function fill(limiter: ConcurrencyLimiter, priority?: number): Permit[] {
  const permits: Permit[] = [];
  for (let next = limiter.tryAcquire(priority); next !== undefined; next = limiter.tryAcquire(priority)) {
    permits.push(next);
  }
  return permits;
}

describe('a fixed limit', () => {
  test('admits as many calls as the limit, and the next one when a place is free', () => {
    const limiter = new ConcurrencyLimiter({ limit: 3 });
    const permits = fill(limiter);
    expect([permits.length, limiter.inFlight, limiter.limit]).toEqual([3, 3, 3]);
    permits[1]?.success();
    expect(limiter.inFlight).toBe(2);
    expect(limiter.tryAcquire()).toBeDefined();
    expect(limiter.tryAcquire()).toBeUndefined();
  });

  test.each<[string, (permit: Permit) => void]>([
    ['success', permit => permit.success()],
    ['failure', permit => permit.failure(new Error('no'))],
    ['ignore', permit => permit.ignore()],
    ['dispose', permit => permit[Symbol.dispose]()],
  ])('%s frees the place, and the first outcome is the only one that counts', (_, end) => {
    const limiter = new ConcurrencyLimiter({ limit: 2 });
    const [permit] = fill(limiter) as [Permit];
    end(permit);
    permit.success();
    permit.failure();
    permit.ignore();
    permit[Symbol.dispose]();
    expect(limiter.inFlight).toBe(1);
  });

  test('never reads the clock', () => {
    const clock = {
      secondsSinceEpoch: () => {
        throw new Error('read');
      },
    };
    const limiter = new ConcurrencyLimiter({ limit: 1, clock });
    limiter.tryAcquire()?.success();
    expect(limiter.inFlight).toBe(0);
  });
});

describe('priorities', () => {
  test.each([
    { limit: 8, priorities: 2, admitted: [6, 8] },
    { limit: 12, priorities: 4, admitted: [9, 10, 11, 12] },
    { limit: 10, priorities: 3, admitted: [8, 9, 10] },
    { limit: 1000, priorities: 3, admitted: [750, 875, 1000] },
    { limit: 1, priorities: 5, admitted: [1, 1, 1, 1, 1] },
    { limit: 3, priorities: 1, admitted: [3, 3] },
  ])('of $priorities the limit $limit admits $admitted', ({ limit, priorities, admitted }) => {
    const counts = admitted.map(
      (_, priority) => fill(new ConcurrencyLimiter({ limit, priorities }), priority).length,
    );
    expect(counts).toEqual(admitted);
  });

  test('a call without one has the lowest, one that is too high the highest', () => {
    expect(fill(new ConcurrencyLimiter({ limit: 8, priorities: 2 })).length).toBe(6);
    expect(fill(new ConcurrencyLimiter({ limit: 8, priorities: 2 }), 99).length).toBe(8);
  });

  test('a low one counts all calls that are under way, whatever their priority', () => {
    const limiter = new ConcurrencyLimiter({ limit: 8, priorities: 2 });
    for (let i = 0; i < 6; i++) limiter.tryAcquire(1);
    expect([limiter.tryAcquire(0), limiter.tryAcquire(1)?.success]).toEqual([
      undefined,
      expect.any(Function),
    ]);
  });

  test.each([-1, 0.5, NaN, Infinity, '1', null])('%s is none', priority => {
    const limiter = new ConcurrencyLimiter({ limit: 1, priorities: 2 });
    expect(() => limiter.tryAcquire(priority as number)).toThrow(/ConcurrencyLimiter: priority must be/);
    expect(limiter.inFlight).toBe(0);
  });
});

describe('run', () => {
  test('frees the place when the call has settled, and returns its result', async () => {
    const limiter = new ConcurrencyLimiter({ limit: 1 });
    const late = deferred<string>();
    const call = limiter.run(() => late.promise);
    expect(limiter.inFlight).toBe(1);
    late.resolve('done');
    await expect(call).resolves.toBe('done');
    expect(limiter.inFlight).toBe(0);
  });

  test('a throw and a rejection come out as they are', async () => {
    const limiter = new ConcurrencyLimiter({ limit: 1 });
    const error = new Error('mine');
    const thrower = () => {
      throw error;
    };
    await expect(limiter.run(thrower)).rejects.toBe(error);
    await expect(limiter.run(() => Promise.reject(error))).rejects.toBe(error);
    expect(limiter.inFlight).toBe(0);
  });

  test('a refusal rejects with Overloaded, and calls nothing', async () => {
    const limiter = new ConcurrencyLimiter({ limit: 1, name: 'reports' });
    limiter.tryAcquire();
    let called = false;
    const refused = limiter.run(() => {
      called = true;
    });
    await expect(refused).rejects.toBeInstanceOf(Overloaded);
    await expect(refused).rejects.toMatchObject({
      name: 'Overloaded',
      code: 'BREAKING_OVERLOADED',
      message: 'Overloaded: the concurrency limiter "reports" is full',
      status: 503,
      statusCode: 503,
      retryAfterSecs: 1,
      headers: { 'Retry-After': '1' },
    });
    expect([called, limiter.inFlight]).toEqual([false, 1]);
  });

  test('wrong arguments reject, and take no place', async () => {
    const limiter = new ConcurrencyLimiter({ limit: 1 });
    await expect(limiter.run('no' as never)).rejects.toThrow(/run: fn must be a function/);
    await expect(limiter.run(() => 1, -1)).rejects.toThrow(RangeError);
    expect(limiter.inFlight).toBe(0);
  });

  test('passes its priority on', async () => {
    const limiter = new ConcurrencyLimiter({ limit: 4, priorities: 2 });
    fill(limiter, 0);
    await expect(limiter.run(() => 'low', 0)).rejects.toThrow(Overloaded);
    await expect(limiter.run(() => 'high', 1)).resolves.toBe('high');
  });
});

describe('breaking:concurrency_limit:decision', () => {
  test('publishes each decision, with the calls that are under way after it', () => {
    const heard = listen();
    const limiter = new ConcurrencyLimiter({ limit: 2, name: 'api' });
    fill(limiter);
    expect(heard).toEqual([
      { name: 'api', allowed: true, inFlight: 1, limit: 2 },
      { name: 'api', allowed: true, inFlight: 2, limit: 2 },
      { name: 'api', allowed: false, inFlight: 2, limit: 2 },
    ]);
    new ConcurrencyLimiter({ limit: 1, key: 'a' }).tryAcquire();
    expect(heard.at(-1)).toEqual({ name: 'default', key: 'a', allowed: true, inFlight: 1, limit: 1 });
  });
});

describe('options', () => {
  test.each<[Partial<Record<keyof ConcurrencyLimiterOptions, unknown>>, string]>([
    [{}, "limit must be a number or 'adaptive', got undefined"],
    [{ limit: 0 }, 'limit must be a whole number, at least 1, got 0'],
    [{ limit: 1.5 }, 'limit must be a whole number, at least 1, got 1.5'],
    [{ limit: 'auto' }, `limit must be one of 'adaptive', got "auto"`],
    [{ limit: null }, "limit must be a number or 'adaptive', got null"],
    [{ limit: 5, min: 1 }, "min is only for limit 'adaptive', got limit 5"],
    [{ limit: 5, max: 10 }, "max is only for limit 'adaptive', got limit 5"],
    [{ limit: 'adaptive', min: 0 }, 'min must be a whole number, at least 1, got 0'],
    [{ limit: 'adaptive', min: 5, max: 4 }, 'max must be a whole number, at least 5, got 4'],
    [{ limit: 5, priorities: 0 }, 'priorities must be a whole number, at least 1, got 0'],
    [{ limit: 5, name: '' }, 'name must be printable ASCII, not empty, got ""'],
    [{ limit: 5, key: 5 }, 'key must be a string, got 5'],
    [
      { limit: 5, clock: {} },
      'clock must be an object with a method secondsSinceEpoch, got an object of Object',
    ],
  ])('%j is refused', (options, message) => {
    expect(() => new ConcurrencyLimiter(options as never)).toThrow(`ConcurrencyLimiter: ${message}`);
  });

  test('an unknown one is refused', () => {
    expect(() => new ConcurrencyLimiter({ limit: 5, maximum: 5 } as never)).toThrow(
      /unknown option "maximum"/,
    );
    expect(() => new ConcurrencyLimiter(undefined as never)).toThrow(TypeError);
  });

  test.each([
    [{}, 5],
    [{ min: 20 }, 20],
    [{ max: 3 }, 3],
    [{ min: 2000 }, 2000],
  ])('an adaptive limit with %j starts at %d', (bounds, limit) => {
    expect(new ConcurrencyLimiter({ limit: 'adaptive', ...bounds }).limit).toBe(limit);
  });
});
