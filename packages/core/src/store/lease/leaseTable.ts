import { type Limit, sameLimits } from '../../bucket/policy.js';
import { Lease } from './lease.js';

/** How many leases there may be at a time, and of one key. Other requests go to the store one by one. */
const MOST_LEASES = 10_000;
const LEASES_PER_KEY = 8;

/** The leases of all keys. Each key and set of limits has one of its own. */
export class LeaseTable {
  readonly #leases = new Map<string, Lease[]>();
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The leases of a key, as they are now: the list does not change when one is removed. */
  of(key: string): readonly Lease[] {
    return this.#leases.get(key) ?? [];
  }

  find(key: string, limits: readonly Limit[]): Lease | undefined {
    return this.#leases.get(key)?.find(lease => sameLimits(lease.limits, limits));
  }

  /** A new lease, or undefined where there are too many. */
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
