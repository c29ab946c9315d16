import { type Limit, sameLimits } from '../../bucket/policy.js';
import { Lease } from './lease.js';

/** The largest number of leases in total, and of one key. Other requests go to the store one by one. */
const MOST_LEASES = 10_000;
const LEASES_PER_KEY = 8;

/** The leases of all keys: one for each key and set of limits. */
export class LeaseTable {
  readonly #leases = new Map<string, Lease[]>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The current leases of a key. The returned list does not change when a lease is removed. */
  of(key: string): readonly Lease[] {
    return this.#leases.get(key) ?? [];
  }

  find(key: string, limits: readonly Limit[]): Lease | undefined {
    return this.#leases.get(key)?.find(lease => sameLimits(lease.limits, limits));
  }

  /** Adds a lease. Returns undefined if there are too many. */
  add(key: string, limits: readonly Limit[]): Lease | undefined {
    const leases = this.of(key);
    if (this.#count >= MOST_LEASES || leases.length >= LEASES_PER_KEY) return undefined;
    const lease = new Lease(limits);
    this.#leases.set(key, [...leases, lease]);
    this.#count += 1;
    return lease;
  }

  remove(key: string, lease: Lease): void {
    const rest = this.of(key).filter(each => each !== lease);
    if (rest.length === 0) this.#leases.delete(key);
    else this.#leases.set(key, rest);
    this.#count -= 1;
  }

  *[Symbol.iterator](): IterableIterator<[key: string, lease: Lease]> {
    for (const [key, leases] of this.#leases) for (const lease of leases) yield [key, lease];
  }
}
