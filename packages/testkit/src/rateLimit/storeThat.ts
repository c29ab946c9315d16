import type { BucketStore, OnStoreError } from '@breaking/core';
import type { GateUnderTest } from '../adapterUnderTest.js';
import { limit, upTo } from './limit.js';

export const DOWN = new Error('the store is down');

export type Check = (...asked: Parameters<BucketStore['check']>) => unknown;

/** A store with this `check`. All other operations throw. */
export function storeThat(check: Check): BucketStore {
  const unused = () => {
    throw DOWN;
  };
  return { check: check as BucketStore['check'], peek: unused, refund: unused, reset: unused };
}

/** A limit of two on a store with this `check`. */
export function limitOn(check: Check, onStoreError?: OnStoreError): GateUnderTest {
  return limit({ ...upTo(2), name: 'api', store: storeThat(check), onStoreError });
}
