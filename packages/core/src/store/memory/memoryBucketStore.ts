import { knownOptions, whole } from '../../base/check.js';
import { areThere } from '../../bucket/debt.js';
import {
  allowing,
  DecidedLimit,
  type Decision,
  debtsAfter,
  decided,
  refusing,
} from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import { type BucketStore, NEVER_FAILS, OPERATIONS, PrefixedStore } from '../store.js';
import type { BucketShard } from './bucketShard.js';
import { BucketTable } from './bucketTable.js';
import { forgetSpare } from './forgetting.js';
import { KeyHash } from './keyHash.js';
import { LimitTags } from './limitTags.js';

/** How many buckets a key keeps beside those that a request asks for. Names that requests make up do not pile up. */
const SPARE_BUCKETS = 64;

/**
 * Buckets in this process's memory: those of at most `maxKeys` keys, and no timer.
 *
 * A new key that finds no room takes the place of another: of about 16, the one that is full or will be soonest. A full
 * bucket loses nothing by being forgotten, and a key that is refused is the last to be full. So a spray of new keys does
 * not free it, unless a single request uses up each of those as well. Keys are known by a keyed hash of 64 bits, see
 * {@link KeyHash}; the keys themselves are not kept.
 *
 * An operation works in a few fields that the store keeps: it allocates nothing but its answer.
 */
export class MemoryBucketStore implements BucketStore {
  /** A Proxy of a store, or an object created over one, finds the store itself here: neither has its private fields. */
  private readonly itself = this;
  #table: BucketTable;
  #keys = new KeyHash();
  #tags = new LimitTags(this.#keys.after(''));
  /** For each limit, the slot of its bucket or -1, and what it owes. */
  #slots = new Int32Array(4);
  #debts = new Float64Array(4);

  /** @param options.maxKeys a whole number, at least 1; default 100,000 */
  constructor(options: { readonly maxKeys?: number | undefined } = {}) {
    knownOptions('MemoryBucketStore', options, ['maxKeys']);
    const { maxKeys = 100_000 } = options;
    this.#table = new BucketTable(whole('MemoryBucketStore: maxKeys', maxKeys, 1));
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.itself.#decide(key, limits, cost, cost, now);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    return this.itself.#decide(key, limits, cost, 0, now);
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    this.itself.#decide(key, limits, 0, -n, now);
  }

  reset(key: string): void {
    const { itself } = this;
    itself.#keys.take(key);
    itself.#table.forget(itself.#keys);
  }

  /** The same buckets, for keys that all begin with `prefix`. It is hashed once: to join it to each key would cost more than to decide. */
  scoped(prefix: string): BucketStore {
    if (!this[NEVER_FAILS]) return new PrefixedStore(this, prefix);
    return MemoryBucketStore.over(this.#table, this.#keys.after(prefix), this.#tags.again());
  }

  /** Takes over what another store has decided on a key, as the state of its buckets. */
  learn(key: string, decision: Decision, now: number): void {
    this.itself.#learn(key, decision, now);
  }

  /** Whether this has our operations alone: a Proxy, or a class that extends this one, may do anything. */
  get [NEVER_FAILS](): boolean {
    return (
      #table in this &&
      OPERATIONS.every(operation => this[operation] === MemoryBucketStore.prototype[operation])
    );
  }

  private static over(
    table: BucketTable,
    keys: KeyHash,
    tags = new LimitTags(keys.after('')),
  ): MemoryBucketStore {
    const store = new MemoryBucketStore({ maxKeys: 1 });
    store.#table = table;
    store.#keys = keys;
    store.#tags = tags;
    return store;
  }

  #learn(key: string, decision: Decision, now: number): void {
    const { limits } = decision;
    const debts = debtsAfter(decision);
    this.#keys.take(key);
    const { low, high } = this.#keys;
    const shard = this.#table.shardOf(low);
    this.#makeRoomFor(limits.length);
    limits.forEach((limit, i) => {
      this.#slots[i] = shard.find(low, high, this.#tags.of(i, limit.name));
      this.#debts[i] = debts[i] as number;
    });
    this.#keep(shard, limits, now);
  }

  /**
   * Decides whether `cost` tokens are there, and takes `taken` if they are; puts tokens back where that is below 0.
   *
   * This is written for V8. A function of more than 460 bytes of bytecode is compiled by itself, with all that it calls,
   * instead of as a part of its caller, where the room for that would run out halfway and cost half as much again. V8 also
   * counts how often each call is made, from the first key on: the calls for one limit are the same for new and known keys.
   */
  #decide(key: string, limits: readonly Limit[], cost: number, taken: number, now: number): Decision {
    const keys = this.#keys;
    keys.take(key);
    const { low, high } = keys;
    let shard = this.#table.shardOf(low);
    if (limits.length === 1) {
      // Most limiters have one limit, which needs no arrays.
      const limit = limits[0] as Limit;
      const tag = this.#tags.of(0, limit.name);
      let slot = shard.find(low, high, tag);
      let debt = shard.owed(slot, limit, now);
      const allowed = areThere(limit.capacityMax, debt, cost);
      if (allowed && taken !== 0) {
        debt = Math.max(0, debt + taken);
        if (slot === -1 && debt > 0) {
          this.#forgetSpares(shard, 1, 0, now);
          shard = this.#table.makeRoom(keys, now);
          slot = shard.add(low, high, tag);
        }
        if (slot !== -1) shard.set(slot, debt, now, limit.restoreRateHz);
      }
      const states = [new DecidedLimit(limit, debt)];
      return allowed ? allowing(states) : refusing(states, cost);
    }
    this.#makeRoomFor(limits.length);
    const slots = this.#slots;
    const debts = this.#debts;
    let allowed = true;
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i] as Limit;
      const slot = shard.find(low, high, this.#tags.of(i, limit.name));
      const debt = shard.owed(slot, limit, now);
      allowed &&= areThere(limit.capacityMax, debt, cost);
      slots[i] = slot;
      debts[i] = debt;
    }
    if (allowed && taken !== 0) {
      for (let i = 0; i < limits.length; i++) debts[i] = Math.max(0, (debts[i] as number) + taken);
      this.#keep(shard, limits, now);
    }
    return decided(limits, debts, cost, allowed);
  }

  #makeRoomFor(limits: number): void {
    if (limits <= this.#slots.length) return;
    this.#slots = new Int32Array(2 * limits);
    this.#debts = new Float64Array(2 * limits);
  }

  /** Writes what each limit owes to the slot in which its bucket was found. */
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
    if (missing === 0) return;
    this.#forgetSpares(shard, limits.length, found, now);
    this.#addMissing(limits, now);
  }

  /** Adds the buckets that were not found. The others must be written by now, since this may move them. */
  #addMissing(limits: readonly Limit[], now: number): void {
    const { low, high } = this.#keys;
    for (let i = 0; i < limits.length; i++) {
      const { name, restoreRateHz } = limits[i] as Limit;
      const debt = this.#debts[i] as number;
      if (this.#slots[i] !== -1 || debt === 0) continue;
      const shard = this.#table.makeRoom(this.#keys, now);
      shard.set(shard.add(low, high, this.#tags.of(i, name)), debt, now, restoreRateHz);
    }
  }

  /** Forgets the spare buckets of a key, those beside the `asked` ones, that are too many. `found` of the asked ones are there. */
  #forgetSpares(shard: BucketShard, asked: number, found: number, now: number): void {
    // All keys of the shard together have no more spare buckets than one key may have.
    if (shard.buckets - shard.keys < SPARE_BUCKETS) return;
    const { low, high } = this.#keys;
    for (let spares = shard.count(low, high) - found; spares > SPARE_BUCKETS; spares--) {
      forgetSpare(shard, low, high, this.#tags.first(asked), now);
    }
  }
}
