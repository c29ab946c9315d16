import type { BucketShard } from './bucketShard.js';
import type { BucketTable } from './bucketTable.js';
import { allThere, cappedDebt, debtAt } from './debt.js';
import { type Decision, decided } from './decision.js';
import type { KeyHash } from './keyHash.js';
import type { Limit } from './policy.js';
import type { BucketStore } from './store.js';

/** How many buckets a key keeps beside those that it is asked for: names that requests make up do not pile up. */
const SPARE_BUCKETS = 64;

/** Decides on the buckets of a table. It works in a few fields that it keeps: all that it allocates is its answer. */
export class HashedBuckets implements BucketStore {
  readonly #table: BucketTable;
  readonly #keys: KeyHash;
  readonly #namesHash: KeyHash;
  /** Of each limit that was asked for last: its name, the tag of that, where its bucket is (or -1), and what it owes. */
  readonly #names: string[] = [];
  #tags = new Int32Array(4);
  #slots = new Int32Array(4);
  #debts = new Float64Array(4);
  #shard: BucketShard;

  constructor(table: BucketTable, keys: KeyHash, names = keys.after('')) {
    this.#table = table;
    this.#keys = keys;
    this.#namesHash = names;
    this.#shard = table.shardOf(0);
  }

  /** The same buckets, for keys that all begin with `prefix`: nobody has to put it in front of them. */
  after(prefix: string): HashedBuckets {
    return new HashedBuckets(this.#table, this.#keys.after(prefix), this.#namesHash.after(''));
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    this.#look(key, limits, now);
    const debts = this.#debts;
    const allowed = allThere(limits, debts, cost);
    if (allowed && cost > 0) {
      for (let i = 0; i < limits.length; i++) debts[i] = (debts[i] as number) + cost;
      this.#keep(limits, now);
    }
    return decided(limits, debts, cost, allowed);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    this.#look(key, limits, now);
    return decided(limits, this.#debts, cost, allThere(limits, this.#debts, cost));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    this.#look(key, limits, now);
    for (let i = 0; i < limits.length; i++) this.#debts[i] = Math.max(0, (this.#debts[i] as number) - n);
    this.#keep(limits, now);
  }

  reset(key: string): void {
    this.#keys.take(key);
    this.#table.forget(this.#keys.low, this.#keys.high);
  }

  /** Takes over what another store has decided on a key, as the state of its buckets. */
  learn(key: string, { limits }: Decision, now: number): void {
    this.#look(key, limits, now);
    limits.forEach((limit, i) => {
      this.#debts[i] = limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz;
    });
    this.#keep(limits, now);
  }

  /** Finds the bucket of each limit, and what it owes now; one that is not kept is full. */
  #look(key: string, limits: readonly Limit[], now: number): void {
    if (limits.length > this.#tags.length) this.#makeRoomFor(limits.length);
    this.#keys.take(key);
    const { low, high } = this.#keys;
    const shard = this.#table.shardOf(low);
    this.#shard = shard;
    for (let i = 0; i < limits.length; i++) {
      const { name, capacityMax, restoreRateHz } = limits[i] as Limit;
      if (name !== this.#names[i]) this.#learnName(i, name);
      const slot = shard.find(low, high, this.#tags[i] as number);
      this.#slots[i] = slot;
      if (slot === -1) {
        this.#debts[i] = 0;
      } else {
        const at = shard.momentOf(slot, now);
        this.#debts[i] = debtAt(cappedDebt(shard.debtOf(slot), capacityMax), at, now, restoreRateHz);
      }
    }
  }

  /** Writes what each limit owes, to where its bucket was found. */
  #keep(limits: readonly Limit[], now: number): void {
    let missing = 0;
    for (let i = 0; i < limits.length; i++) {
      const slot = this.#slots[i] as number;
      if (slot !== -1)
        this.#shard.set(slot, this.#debts[i] as number, now, (limits[i] as Limit).restoreRateHz);
      else if ((this.#debts[i] as number) > 0) missing += 1;
    }
    if (missing > 0) this.#add(limits, now);
  }

  /** Adds the buckets that were not found. Only now, since that may move all others. */
  #add(limits: readonly Limit[], now: number): void {
    const { low, high } = this.#keys;
    let found = 0;
    for (let i = 0; i < limits.length; i++) if (this.#slots[i] !== -1) found += 1;
    const spares = this.#shard.count(low, high) - found;
    for (let more = spares - SPARE_BUCKETS; more > 0; more--) {
      this.#shard.removeSpare(low, high, this.#tags, limits.length, now);
    }
    for (let i = 0; i < limits.length; i++) {
      const debt = this.#debts[i] as number;
      if (this.#slots[i] !== -1 || debt === 0) continue;
      this.#table.add(low, high, this.#tags[i] as number, debt, now, (limits[i] as Limit).restoreRateHz);
    }
  }

  #learnName(i: number, name: string): void {
    this.#namesHash.take(name);
    this.#names[i] = name;
    this.#tags[i] = this.#namesHash.low || 1;
  }

  #makeRoomFor(limits: number): void {
    const tags = this.#tags;
    this.#tags = new Int32Array(2 * limits);
    this.#tags.set(tags);
    this.#slots = new Int32Array(2 * limits);
    this.#debts = new Float64Array(2 * limits);
  }
}
