import { inspect } from 'node:util';
import {
  type Decision,
  decided,
  type Limit,
  StoreUnavailable,
  sourced,
  sourceOf,
  TimeoutError,
  TooManyRequests,
} from '@breaking/core';
import { ceilSecs, retryAfterField, undecided } from '@breaking/core/internal';
import { describe, expect, test } from 'vitest';

const BURST: Limit = { name: 'burst', capacityMax: 20, restoreRateHz: 4 };
const DAILY: Limit = { name: 'daily', capacityMax: 5000, restoreRateHz: 0.5 };

describe('a decision made of debts', () => {
  test('shows each limit in the order given, with the whole tokens left', () => {
    const decision = decided([BURST, DAILY], [0.5, 4999.0005], 1, true);
    expect(decision).toMatchObject({
      allowed: true,
      violated: [],
      retryAfterSecs: 0,
      limits: [
        { ...BURST, tokensLeft: 19 },
        { ...DAILY, tokensLeft: 1 },
      ],
    });
  });

  test('a refusal names the limits that lack the cost, and waits for the last of them', () => {
    const decision = decided([BURST, DAILY], [19, 4999], 2, false);
    expect(decision).toMatchObject({ allowed: false, violated: ['burst', 'daily'], retryAfterSecs: 2 });
    expect(decided([BURST, DAILY], [20, 0], 2, false)).toMatchObject({
      violated: ['burst'],
      retryAfterSecs: 0.5,
    });
  });

  test('a cost that can never fit has no time to retry at, however long the other limits wait', () => {
    const decision = decided([BURST, DAILY], [0, 5000], 21, false);
    expect(decision).toMatchObject({ violated: ['burst', 'daily'], retryAfterSecs: Infinity });
  });

  test('each limit has the seconds until n tokens are there', () => {
    const [burst, daily] = decided([BURST, DAILY], [19.5, 0], 1, false).limits;
    expect(burst?.secondsUntil()).toBe(0.125);
    expect(burst?.secondsUntil(2)).toBe(0.375);
    expect(burst?.secondsUntil(20)).toBe(4.875);
    expect(burst?.secondsUntil(21)).toBe(Infinity);
    expect(daily?.secondsUntil(5000)).toBe(0);
  });

  test('debt within the slack counts as tokens that are there', () => {
    expect(decided([BURST], [0.0009], 1, true).limits[0]?.tokensLeft).toBe(20);
    expect(decided([BURST], [20.001], 1, false).limits[0]?.tokensLeft).toBe(0);
    expect(decided([BURST], [19.0009], 1, true).limits[0]?.secondsUntil(1)).toBe(0);
  });

  test('debts may be any array of numbers', () => {
    expect(decided([BURST], Float64Array.of(3), 1, true).limits[0]?.tokensLeft).toBe(17);
  });

  test('can be written as JSON without what only this process needs', () => {
    expect(JSON.parse(JSON.stringify(decided([BURST], [1], 1, true)))).toEqual({
      allowed: true,
      limits: [{ ...BURST, tokensLeft: 19 }],
      violated: [],
      blocked: false,
      retryAfterSecs: 0,
    });
  });
});

describe('the states of the limits, which are computed when they are read', () => {
  const decision = decided([BURST, DAILY], [1, 2], 1, true);

  test('are the same objects each time', () => {
    expect(decision.limits).toBe(decision.limits);
  });

  test('are shown by console.log, to the requested depth', () => {
    expect(inspect(decision)).toMatch(
      /^Decision \{\n {2}allowed: true,\n {2}limits: \[[\s\S]*tokensLeft: 19/,
    );
    expect(inspect({ decision }, { depth: 0 })).toBe('{ decision: [Decision] }');
  });

  test('distinguish decisions that are otherwise equal, before anybody reads them', () => {
    expect(decided([BURST], [1], 1, true)).toEqual(decided([BURST], [1], 1, true));
    expect(decided([BURST], [1], 1, true)).not.toEqual(decided([BURST], [2], 1, true));
    expect(decided([BURST], [1], 1, true)).not.toEqual(decided([DAILY], [1], 1, true));
  });

  test('can be read through a Proxy, and from an object created over the decision', () => {
    const expected = [{ tokensLeft: 19 }, { tokensLeft: 4998 }];
    expect(new Proxy(decision, {}).limits).toMatchObject(expected);
    expect(Object.create(decision).limits).toMatchObject(expected);
  });
});

describe('the source of a decision', () => {
  test('is the store unless another one is named', () => {
    expect(sourceOf(decided([BURST], [0], 1, true))).toBe('store');
    expect(sourceOf(decided([BURST], [0], 1, true, 'lease'))).toBe('lease');
    expect(sourceOf(undecided(false, 1))).toBe('local');
  });

  test('is the store for objects that are not ours', () => {
    const foreign: Decision = { allowed: true, limits: [], violated: [], blocked: false, retryAfterSecs: 0 };
    expect(sourceOf(foreign)).toBe('store');
    expect(sourceOf({ ...decided([BURST], [0], 1, true, 'lease') })).toBe('store');
  });

  test('can be changed, and nothing else with it', () => {
    const decision = decided([BURST], [20], 1, false);
    const local = sourced(decision, 'local');
    expect([sourceOf(decision), sourceOf(local)]).toEqual(['store', 'local']);
    expect(JSON.stringify(local)).toBe(JSON.stringify(decision));
    expect(local.limits[0]?.secondsUntil(1)).toBe(0.25);
  });
});

describe('a decision without a bucket', () => {
  test('has no limits and no violated ones', () => {
    expect(undecided(true, 0)).toMatchObject({ allowed: true, limits: [], violated: [], retryAfterSecs: 0 });
    expect(undecided(false, 1)).toMatchObject({
      allowed: false,
      limits: [],
      violated: [],
      retryAfterSecs: 1,
    });
  });
});

describe('errors', () => {
  test('TooManyRequests is what the error paths of the frameworks answer with 429', () => {
    const decision = decided([BURST, DAILY], [20, 5000], 1, false);
    const error = new TooManyRequests(decision);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'TooManyRequests',
      message: 'Too many requests: limit exceeded: burst, daily',
      code: 'BREAKING_TOO_MANY_REQUESTS',
      status: 429,
      statusCode: 429,
      expose: true,
      retryAfterSecs: 2,
      headers: { 'Retry-After': '2' },
    });
    expect(error.decision).toBe(decision);
    expect(new TooManyRequests(decision, { RateLimit: 'x' }).headers).toEqual({ RateLimit: 'x' });
  });

  test('a refusal of a cost that can never fit has no time to retry at', () => {
    const error = new TooManyRequests(decided([BURST], [0], 21, false));
    expect(error).toMatchObject({ retryAfterSecs: Infinity, headers: {} });
  });

  test('StoreUnavailable is a 503, since no quota was exceeded', () => {
    expect(new StoreUnavailable(1)).toMatchObject({
      name: 'StoreUnavailable',
      code: 'BREAKING_STORE_UNAVAILABLE',
      status: 503,
      statusCode: 503,
      retryAfterSecs: 1,
      headers: { 'Retry-After': '1' },
    });
  });

  test('TimeoutError says what took too long', () => {
    expect(new TimeoutError('store.check', 0.05)).toMatchObject({
      name: 'TimeoutError',
      code: 'BREAKING_TIMEOUT',
      timeoutSecs: 0.05,
      message: 'store.check took longer than 0.05 s',
    });
  });
});

describe('Retry-After', () => {
  test.each([
    [0, 1],
    [0.001, 1],
    [1, 1],
    [1.000_001, 2],
    [59.5, 60],
    [60.000_000_000_01, 60],
    [60.001, 61],
    [86_400, 86_400],
  ])('%d s is rounded up to %d, but for the rounding noise of doubles', (secs, whole) => {
    expect(ceilSecs(secs)).toBe(whole);
    expect(retryAfterField(secs)).toEqual({ 'Retry-After': String(whole) });
  });

  test('is absent when waiting cannot help', () => {
    expect(retryAfterField(Infinity)).toEqual({});
  });
});
