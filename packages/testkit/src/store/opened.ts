import { type BucketStore, type Decision, type Limit, type Limits, RateLimiter } from '@breaking/core';
import type { StoreUnderTest } from '../storeUnderTest.js';

/** Makes a test from a body, which receives a store that is open while it runs. */
export type Using = (body: (opened: Opened) => Promise<void>) => () => Promise<void>;

/** The store under test as a limiter uses it: every operation receives the reading of the clock. */
export class Opened {
  readonly #under: StoreUnderTest;

  constructor(under: StoreUnderTest) {
    this.#under = under;
  }

  get store(): BucketStore {
    return this.#under.store;
  }

  get now(): number {
    return this.#under.clock.secondsSinceEpoch();
  }

  async check(limits: readonly Limit[], cost = 1, key = 'key'): Promise<Decision> {
    return this.store.check(key, limits, cost, this.now);
  }

  async peek(limits: readonly Limit[], cost = 1, key = 'key'): Promise<Decision> {
    return this.store.peek(key, limits, cost, this.now);
  }

  async refund(limits: readonly Limit[], n = 1, key = 'key'): Promise<void> {
    await this.store.refund(key, limits, n, this.now);
  }

  async reset(key = 'key'): Promise<void> {
    await this.store.reset(key, this.now);
  }

  async advanceBy(secs: number): Promise<void> {
    await this.#under.advanceBy(secs);
  }

  /** The whole tokens in each bucket now. */
  async tokensLeft(limits: readonly Limit[], key = 'key'): Promise<readonly number[]> {
    return tokensOf(await this.peek(limits, 1, key));
  }

  /** A limiter with this store and clock. */
  limiter(name: string, limits: Limits): RateLimiter<BucketStore> {
    return new RateLimiter<BucketStore>({ name, limits, store: this.store, clock: this.#under.clock });
  }
}

export function limit(name: string, capacityMax: number, restoreRateHz: number): Limit {
  return { name, capacityMax, restoreRateHz };
}

export function tokensOf(decision: Decision): readonly number[] {
  return decision.limits.map(each => each.tokensLeft);
}
