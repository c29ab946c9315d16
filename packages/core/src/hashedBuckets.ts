import type { BucketShard } from './bucketShard.js';
import type { BucketTable } from './bucketTable.js';
import { allThere, areThere } from './debt.js';
import { type Decision, decided, decidedOne } from './decision.js';
import type { KeyHash } from './keyHash.js';
import type { Limit } from './policy.js';
import type { BucketStore } from './store.js';

/** How many buckets a key keeps beside those that it is asked for: names that requests make up do not pile up. */
const SPARE_BUCKETS = 64;

/** Decides on the buckets of a table. It works in a few fields that it keeps: all that it allocates is its answer. */
export class HashedBuckets implements BucketStore {
  readonly #table: BucketTable;
  readonly #keys: KeyHash;
  readonly #names: LimitNames;
  /** Where the bucket of each limit is, or -1, and what it owes. */
  #slots = new Int32Array(4);
  #debts = new Float64Array(4);

  constructor(table: BucketTable, keys: KeyHash, names = new LimitNames(keys.after(''))) {
    this.#table = table;
    this.#keys = keys;
    this.#names = names;
  }

  /** The same buckets, for keys that all begin with `prefix`: nobody has to put it in front of them. */
  after(prefix: string): HashedBuckets {
    return new HashedBuckets(this.#table, this.#keys.after(prefix), this.#names.again());
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    const keys = this.#keys;
    keys.take(key);
    const shard = this.#table.shardOf(keys.low);
    // One limit, of a key that is there: nearly every decision. It needs no arrays.
    if (limits.length !== 1) return this.#checkAll(shard, limits, cost, now);
    const limit = limits[0] as Limit;
    const slot = shard.find(keys.low, keys.high, this.#names.tagOf(0, limit.name));
    if (slot === -1) return this.#checkAll(shard, limits, cost, now);
    let debt = shard.owed(slot, limit, now);
    const allowed = areThere(limit.capacityMax, debt, cost);
    if (allowed && cost > 0) shard.set(slot, (debt += cost), now, limit.restoreRateHz);
    return decidedOne(limit, debt, cost, allowed);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    this.#look(this.#shardOf(key), limits, now);
    return decided(limits, this.#debts, cost, allThere(limits, this.#debts, cost));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    const shard = this.#shardOf(key);
    this.#look(shard, limits, now);
    for (let i = 0; i < limits.length; i++) this.#debts[i] = Math.max(0, (this.#debts[i] as number) - n);
    this.#keep(shard, limits, now);
  }

  reset(key: string): void {
    this.#keys.take(key);
    this.#table.forget(this.#keys);
  }

  /** Takes over what another store has decided on a key, as the state of its buckets. */
  learn(key: string, { limits }: Decision, now: number): void {
    const shard = this.#shardOf(key);
    this.#look(shard, limits, now);
    limits.forEach((limit, i) => {
      this.#debts[i] = limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz;
    });
    this.#keep(shard, limits, now);
  }

  #shardOf(key: string): BucketShard {
    this.#keys.take(key);
    return this.#table.shardOf(this.#keys.low);
  }

  #checkAll(shard: BucketShard, limits: readonly Limit[], cost: number, now: number): Decision {
    this.#look(shard, limits, now);
    const debts = this.#debts;
    const allowed = allThere(limits, debts, cost);
    if (allowed && cost > 0) {
      for (let i = 0; i < limits.length; i++) debts[i] = (debts[i] as number) + cost;
      this.#keep(shard, limits, now);
    }
    return decided(limits, debts, cost, allowed);
  }

  /** Finds the bucket of each limit, and what it owes now; one that is not kept is full. */
  #look(shard: BucketShard, limits: readonly Limit[], now: number): void {
    if (limits.length > this.#slots.length) {
      this.#slots = new Int32Array(2 * limits.length);
      this.#debts = new Float64Array(2 * limits.length);
    }
    const { low, high } = this.#keys;
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i] as Limit;
      const slot = shard.find(low, high, this.#names.tagOf(i, limit.name));
      this.#slots[i] = slot;
      this.#debts[i] = slot === -1 ? 0 : shard.owed(slot, limit, now);
    }
  }

  /** Writes what each limit owes, to where its bucket was found. */
  #keep(shard: BucketShard, limits: readonly Limit[], now: number): void {
    let found = 0;
    let missing = 0;
    for (let i = 0; i < limits.length; i++) {
      const debt = this.#debts[i] as number;
      const slot = this.#slots[i] as number;
      if (slot !== -1) {
        found += 1;
        shard.set(slot, debt, now, (limits[i] as Limit).restoreRateHz);
      } else if (debt > 0) missing += 1;
    }
    if (missing > 0) this.#add(shard, limits, found, now);
  }

  /** Adds the buckets that were not found. Only when the others are written, since it may move them. */
  #add(shard: BucketShard, limits: readonly Limit[], found: number, now: number): void {
    const { low, high } = this.#keys;
    for (let spares = shard.count(low, high) - found; spares > SPARE_BUCKETS; spares--) {
      shard.removeSpare(low, high, this.#names.tags(limits.length), now);
    }
    for (let i = 0; i < limits.length; i++) {
      const { name, restoreRateHz } = limits[i] as Limit;
      const debt = this.#debts[i] as number;
      if (this.#slots[i] !== -1 || debt === 0) continue;
      this.#table.add(this.#keys, this.#names.tagOf(i, name), debt, now, restoreRateHz);
    }
  }
}

/**
 * The tags of limits' names, by the place at which the limits were asked for last: limiters ask for the same again and
 * again, and then nothing is hashed. Two names of one key that meet, one pair in 2^32, share a bucket.
 */
class LimitNames {
  readonly #hash: KeyHash;
  readonly #names: string[] = [];
  readonly #tags: number[] = [];

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** For another user of the same tags, who asks for other limits. */
  again(): LimitNames {
    return new LimitNames(this.#hash.after(''));
  }

  /** The tag of a name that was asked for at place `i`: a word that is not 0. */
  tagOf(i: number, name: string): number {
    return this.#names[i] === name ? (this.#tags[i] as number) : this.#learn(i, name);
  }

  /** The tags of the first `count` names. */
  tags(count: number): readonly number[] {
    return this.#tags.slice(0, count);
  }

  #learn(i: number, name: string): number {
    this.#hash.take(name);
    this.#names[i] = name;
    this.#tags[i] = this.#hash.low || 1;
    return this.#tags[i];
  }
}
