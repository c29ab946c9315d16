import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import { MemoryBucketStore } from './memory/memoryBucketStore.js';
import type { BucketStore } from './store.js';

/** The same store, with a prefix in front of every key. */
export function prefixed(store: BucketStore, prefix: string): BucketStore {
  // Our own buckets hash the prefix once and for all: to join it to a key, and hash both, would cost more than to decide.
  const buckets = MemoryBucketStore.bucketsOf(store);
  if (buckets !== undefined) return buckets.after(prefix);
  return prefix === '' ? store : new PrefixedStore(store, prefix);
}

class PrefixedStore implements BucketStore {
  readonly #store: BucketStore;
  readonly #prefix: string;

  constructor(store: BucketStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#store.check(this.#prefix + key, limits, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision | Promise<Decision> {
    return this.#store.peek(this.#prefix + key, limits, cost, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void | Promise<void> {
    return this.#store.refund(this.#prefix + key, limits, n, now);
  }

  reset(key: string): void | Promise<void> {
    return this.#store.reset(this.#prefix + key);
  }
}
