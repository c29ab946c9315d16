import { knownOptions, whole } from './check.js';
import { areThere, cappedDebt, debtAt } from './debt.js';
import { type Decision, decided } from './decision.js';
import type { Limit } from './policy.js';
import type { BucketStore } from './store.js';

interface Bucket {
  debt: number;
  at: number;
}

/** Buckets in this process's memory, bounded by `maxKeys`. */
export class MemoryBucketStore implements BucketStore {
  readonly #keys = new Map<string, Map<string, Bucket>>();
  readonly #maxKeys: number;

  constructor(options: { readonly maxKeys?: number } = {}) {
    knownOptions('MemoryBucketStore', options, ['maxKeys']);
    this.#maxKeys = whole('MemoryBucketStore: maxKeys', options.maxKeys ?? 100_000, 1);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    const debts = this.#debts(key, limits, now);
    const allowed = limits.every((limit, i) => areThere(limit.capacityMax, debts[i] as number, cost));
    if (allowed && cost > 0) this.#add(key, limits, debts, cost, now);
    return decided(limits, debts, cost, allowed);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    const debts = this.#debts(key, limits, now);
    return decided(
      limits,
      debts,
      cost,
      limits.every((limit, i) => areThere(limit.capacityMax, debts[i] as number, cost)),
    );
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    this.#add(key, limits, this.#debts(key, limits, now), -n, now);
  }

  reset(key: string): void {
    this.#keys.delete(key);
  }

  #debts(key: string, limits: readonly Limit[], now: number): number[] {
    const buckets = this.#keys.get(key);
    return limits.map(({ name, capacityMax, restoreRateHz }) => {
      const bucket = buckets?.get(name);
      if (bucket === undefined) return 0;
      if (bucket.at > now) bucket.at = now;
      return debtAt(cappedDebt(bucket.debt, capacityMax), bucket.at, now, restoreRateHz);
    });
  }

  #add(key: string, limits: readonly Limit[], debts: number[], n: number, now: number): void {
    const buckets = this.#keys.get(key) ?? new Map<string, Bucket>();
    if (!this.#keys.has(key) && this.#keys.size >= this.#maxKeys)
      this.#keys.delete(this.#keys.keys().next().value as string);
    this.#keys.set(key, buckets);
    limits.forEach((limit, i) => {
      const debt = Math.max(0, (debts[i] as number) + n);
      debts[i] = debt;
      buckets.set(limit.name, { debt, at: now });
    });
  }
}
