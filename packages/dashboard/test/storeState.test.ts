import { TooManyErrors } from '@breaking/core';
import { expect, test } from 'vitest';
import { StoreState } from '../src/counting/storeState.js';

const failure = (error: unknown) => ({ name: 'api', error, onStoreError: 'local' as const });
const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' });

test('a store that has never failed says nothing', () => {
  const state = new StoreState();
  state.answered('store');
  expect(state.report(5)).toBeUndefined();
});

test('it fails from its first error until it answers again', () => {
  const state = new StoreState();
  state.failed(failure(refused), 10);
  state.failed(failure(refused), 12);
  state.answered('local');
  const failing = { errors: 2, error: 'ECONNREFUSED', onStoreError: 'local', failingForSecs: 5 };
  expect(state.report(15)).toEqual(failing);
  state.answered('store');
  expect(state.report(16)).toEqual({ errors: 2, error: 'ECONNREFUSED', onStoreError: 'local' });
});

test('that its breaker is open does not hide why, and no message of an error is told', () => {
  const state = new StoreState();
  state.failed(failure(refused), 10);
  state.failed(failure(new TooManyErrors(1)), 11);
  expect(state.report(12)?.error).toBe('ECONNREFUSED');
  expect(JSON.stringify(state.report(12))).not.toContain('10.0.0.7');
});
