import { describe, expect, test } from 'vitest';
import { breakerOf } from './breakerTools.js';

interface Answer {
  readonly status: number;
}

const isFailedResult = (answer: unknown) => (answer as Answer).status >= 500;
const judging = (options = {}) => breakerOf({ errorThreshold: 2, isFailedResult, ...options });

describe('isFailedResult', () => {
  test('a result that it calls failed is a failure, and is passed on', async () => {
    const { breaker } = judging();
    const answer = { status: 503 };
    await expect(breaker.run(async () => answer)).resolves.toBe(answer);
    expect(breaker.runSync(() => answer)).toBe(answer);
    expect(breaker.state).toBe('open');
  });

  test('it judges what run, runSync and wrap return or resolve with, once each', async () => {
    const heard: unknown[] = [];
    const { breaker } = judging({ isFailedResult: (value: unknown) => heard.push(value) < 0 });
    await breaker.run(async () => 'run');
    breaker.runSync(() => 'runSync');
    await breaker.runSync(async () => 'runSync, later');
    breaker.wrap(() => 'wrap')();
    await breaker.wrap(async () => 'wrap, later')();
    expect(heard).toEqual(['run', 'runSync', 'runSync, later', 'wrap', 'wrap, later']);
  });

  test('any other result is a success, and closes a breaker that probes', async () => {
    const { breaker, clock } = judging();
    breaker.trip();
    clock.advanceBy(10);
    await breaker.run(async () => ({ status: 404 }));
    expect(breaker.state).toBe('closed');
  });

  test('a probe with a failed result is a failed probe', async () => {
    const { breaker, clock } = judging();
    breaker.trip();
    clock.advanceBy(10);
    await breaker.run(async () => ({ status: 500 }));
    expect(breaker.state).toBe('open');
  });

  test('isFailedResult does not judge errors, and does not change the outcome of permits', () => {
    const { breaker } = judging({ isFailure: () => false });
    for (let i = 0; i < 10; i++) {
      breaker.acquire().failure({ status: 500 });
      breaker.acquire().success();
    }
    expect(breaker.state).toBe('closed');
  });

  test('one that throws counts as a failure and leaves the result unharmed', async () => {
    const { breaker } = judging();
    const warning = new Promise(resolve => process.once('warning', resolve));
    await expect(breaker.run(async () => undefined)).resolves.toBeUndefined();
    await expect(breaker.run(async () => undefined)).resolves.toBeUndefined();
    expect(breaker.state).toBe('open');
    expect(await warning).toMatchObject({
      code: 'BREAKING_CALLBACK_ERROR',
      message: expect.stringContaining('CircuitBreaker: isFailedResult failed: Cannot read'),
    });
  });

  test('anything but a function is a TypeError at construction', () => {
    expect(() => judging({ isFailedResult: true })).toThrow(
      new TypeError('CircuitBreaker: isFailedResult must be a function, got true'),
    );
  });
});
