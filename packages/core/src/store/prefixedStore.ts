import type { Decision } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';
import type { Lockout, Reservations, ReserveOptions, Want } from './reservation.js';
import { type BucketStore, behind, type FullStore } from './store.js';

/** The same store, with a prefix in front of every key. */
export function scopedTo(store: BucketStore, prefix: string): BucketStore {
  return store.scoped?.(prefix) ?? new PrefixedStore(store, prefix);
}

export class PrefixedStore implements BucketStore {
  readonly #store: FullStore;
  readonly #prefix: string;

  constructor(store: BucketStore, prefix: string) {
    this.#store = behind(this, store);
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

  reset(key: string, now: number): void | Promise<void> {
    return this.#store.reset(this.#prefix + key, now);
  }

  take(key: string, limits: readonly Limit[], n: number, now: number): number | Promise<number> {
    return this.#store.take(this.#prefix + key, limits, n, now);
  }

  reserve(
    key: string,
    wants: readonly Want[],
    options: ReserveOptions,
    now: number,
  ): Reservations | Promise<Reservations> {
    return this.#store.reserve(this.#prefix + key, wants, options, now);
  }

  block(key: string, limits: readonly Limit[], secs: number, now: number): void | Promise<void> {
    return this.#store.block(this.#prefix + key, limits, secs, now);
  }

  strike(key: string, limits: readonly Limit[], lockout: Lockout, now: number): number | Promise<number> {
    return this.#store.strike(this.#prefix + key, limits, lockout, now);
  }
}
