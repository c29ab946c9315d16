import { knownOptions, whole } from '../../base/check.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import type { BucketStore } from '../store.js';
import { BucketTable } from './bucketTable.js';
import { HashedBuckets } from './hashedBuckets.js';
import { KeyHash } from './keyHash.js';

/**
 * Buckets in this process's memory: those of at most `maxKeys` keys, and no timer.
 *
 * A new key that finds no room takes the place of another, the one of about 16 that is full or will be soonest. A full
 * bucket loses nothing by being forgotten, and a blocked key is the last to be full: a spray of fresh ones does not free
 * it, unless a single request blocks a key, and so each of those as well. Keys are known by a keyed hash of 64 bits,
 * see {@link KeyHash}; they themselves are not kept.
 */
export class MemoryBucketStore implements BucketStore {
  readonly #buckets: HashedBuckets;

  /** @param options.maxKeys a whole number, at least 1; default 100,000 */
  constructor(options: { readonly maxKeys?: number | undefined } = {}) {
    knownOptions('MemoryBucketStore', options, ['maxKeys']);
    const { maxKeys = 100_000 } = options;
    const table = new BucketTable(whole('MemoryBucketStore: maxKeys', maxKeys, 1));
    this.#buckets = new HashedBuckets(table, new KeyHash());
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.#buckets.check(key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.#buckets.peek(key, limits, cost, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    this.#buckets.refund(key, limits, n, now);
  }

  reset(key: string): void {
    this.#buckets.reset(key);
  }

  /** Takes over what another store has decided on a key, as the state of its buckets. */
  learn(key: string, decision: Decision, now: number): void {
    this.#buckets.learn(key, decision, now);
  }

  /** The buckets of a store that is one of these as we made it: a class that extends it may do anything. */
  static bucketsOf(store: BucketStore): HashedBuckets | undefined {
    if (store.constructor !== MemoryBucketStore || Object.keys(store).length > 0) return undefined;
    return (store as MemoryBucketStore).#buckets;
  }
}
