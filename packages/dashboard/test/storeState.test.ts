import { once } from 'node:events';
import {
  type BucketStore,
  FailoverBucketStore,
  MemoryBucketStore,
  MockClock,
  perMinute,
  RateLimiter,
  TooManyErrors,
} from '@breaking/core';
import { expect, onTestFinished, test } from 'vitest';
import { StoreState } from '../src/counting/storeState.js';
import { Observation } from '../src/server/observation.js';
import { asWatch } from '../src/watched.js';

const failure = (error: unknown) => ({ name: 'api', error, onStoreError: 'local' as const });
const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' });

test('a store that has never failed is not reported', () => {
  const state = new StoreState();
  state.answered('store');
  expect(state.report(5)).toBeUndefined();
});

test('a store fails from its first error until it answers again', () => {
  const state = new StoreState();
  state.failed(failure(refused), 10);
  state.failed(failure(refused), 12);
  state.answered('local');
  const failing = { errors: 2, error: 'ECONNREFUSED', onStoreError: 'local', failingForSecs: 5 };
  expect(state.report(15)).toEqual(failing);
  state.answered('store');
  expect(state.report(16)).toEqual({ errors: 2, error: 'ECONNREFUSED', onStoreError: 'local' });
});

test("the reason stays visible while the store's breaker is open, and error messages are left out", () => {
  const state = new StoreState();
  state.failed(failure(refused), 10);
  state.failed(failure(new TooManyErrors(1)), 11);
  expect(state.report(12)?.error).toBe('ECONNREFUSED');
  expect(JSON.stringify(state.report(12))).not.toContain('10.0.0.7');
});

test('events of a limiter show since when its store fails, and that it answers again', async () => {
  const clock = new MockClock(50);
  const memory = new MemoryBucketStore();
  let isDown = false;
  const shared: BucketStore = {
    check: (...args) => {
      if (isDown) throw refused;
      return memory.check(...args);
    },
    peek: (...args) => memory.peek(...args),
    refund: (...args) => memory.refund(...args),
    reset: key => memory.reset(key),
  };
  const store = new FailoverBucketStore({ name: 'api', store: shared });
  const limiter = new RateLimiter({ name: 'api', limits: perMinute(9), store, clock });
  const observation = new Observation(asWatch('watch', [limiter]), clock, true);
  onTestFinished(() => observation.close());
  const shown = () => observation.counts?.get('api')?.report(clock.time).store;
  await limiter.check('ada');
  expect(shown()).toBeUndefined();
  isDown = true;
  const warned = once(process, 'warning');
  await limiter.check('ada');
  await warned;
  clock.advanceBy(3);
  expect(shown()).toEqual({ errors: 1, error: 'ECONNREFUSED', onStoreError: 'local', failingForSecs: 3 });
  isDown = false;
  clock.advanceBy(600);
  await limiter.check('ada');
  expect(shown()).toMatchObject({ errors: 1 });
  expect(shown()).not.toHaveProperty('failingForSecs');
});
