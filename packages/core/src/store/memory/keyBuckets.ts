import { debtAt, SAME_MOMENT_SECS } from '../../bucket/debt.js';
import type { Limit } from '../../bucket/policy.js';
import type { BucketShard } from './bucketShard.js';
import type { BucketTable } from './bucketTable.js';
import { forgetSpare } from './forgetting.js';
import type { KeyHash } from './keyHash.js';
import { isNameTag, type LimitTags } from './limitTags.js';
import type { Waiting } from './waits.js';

/** How many buckets a key keeps in addition to those of a request. So limit names made up by requests do not pile up. */
const SPARE_BUCKETS = 64;

/** The buckets of the key that was hashed last, under the limits of a request. */
export class KeyBuckets {
  readonly table: BucketTable;
  readonly keys: KeyHash;
  readonly tags: LimitTags;
  /** For each limit, the slot of its bucket or -1, and what it owes. */
  #slots = new Int32Array(4);
  #debts = new Float64Array(4);

  constructor(table: BucketTable, keys: KeyHash, tags: LimitTags) {
    this.table = table;
    this.keys = keys;
    this.tags = tags;
  }

  get shard(): BucketShard {
    return this.table.shardOf(this.keys.low);
  }

  /** What each limit owes, as of the last {@link load} and as changed since. */
  get debts(): Float64Array {
    return this.#debts;
  }

  /** Those who wait on the key now. */
  waiting(limits: readonly Limit[], now: number): Waiting | undefined {
    const { waits } = this.table;
    if (waits.size === 0) return undefined;
    const waiting = waits.of(this.keys, now);
    if (waiting === undefined || waiting.secs > SAME_MOMENT_SECS) return waiting;
    // The last waiting caller is done. From that moment on each bucket owes at most its capacity, and is treated as
    // usual.
    const goneAt = now + waiting.secs;
    this.change(limits, (debt, at, rate) =>
      at < goneAt ? [debtAt(debt, at, goneAt, rate), goneAt] : [debt, at],
    );
    waits.set(this.keys, undefined);
    return undefined;
  }

  /** Rewrites each bucket of the key. Rates of limits that are not passed in are floats, and slightly too low. */
  change(
    limits: readonly Limit[],
    changed: (debt: number, at: number, restoreRateHz: number) => readonly [debt: number, at: number],
  ): void {
    const { shard } = this;
    const rates = new Map(limits.map(({ name, restoreRateHz }, i) => [this.tags.of(i, name), restoreRateHz]));
    for (let slot = shard.first(this.keys.low, this.keys.high); slot !== -1; slot = shard.nextOf(slot)) {
      const tag = shard.tagOf(slot);
      if (!isNameTag(tag)) continue;
      const rate = rates.get(tag) ?? shard.rateOf(slot);
      const [debt, at] = changed(shard.debtOf(slot), shard.atOf(slot), rate);
      shard.set(slot, debt, at, rate);
    }
  }

  /**
   * Finds the bucket of each limit, and what it owes now.
   * @param maxWaitSecs the longest wait of any caller on the key
   */
  load(limits: readonly Limit[], now: number, maxWaitSecs = 0): Float64Array {
    if (limits.length > this.#slots.length) {
      this.#slots = new Int32Array(2 * limits.length);
      this.#debts = new Float64Array(2 * limits.length);
    }
    const { shard } = this;
    const { low, high } = this.keys;
    for (let i = 0; i < limits.length; i++) {
      const limit = limits[i] as Limit;
      const slot = shard.find(low, high, this.tags.of(i, limit.name));
      this.#slots[i] = slot;
      this.#debts[i] = shard.owed(slot, limit, now, maxWaitSecs);
    }
    return this.#debts;
  }

  /**
   * Writes what each limit owes to the slot in which its bucket was found.
   * @param isUnchanged by the index of a limit, whether its bucket stays as it is
   */
  keep(limits: readonly Limit[], now: number, isUnchanged?: (i: number) => boolean): void {
    const { shard } = this;
    let found = 0;
    let missing = 0;
    for (let i = 0; i < limits.length; i++) {
      const debt = this.#debts[i] as number;
      const slot = this.#slots[i] as number;
      if (slot !== -1) {
        found += 1;
        if (!isUnchanged?.(i)) shard.set(slot, debt, now, (limits[i] as Limit).restoreRateHz);
      } else if (debt > 0) missing += 1;
    }
    if (missing === 0) return;
    this.forgetSpares(limits.length, found, now);
    this.#addMissing(limits, now);
  }

  /**
   * Forgets spare buckets of the key, those that are not `asked`, if there are too many. `found` of the asked buckets
   * exist.
   */
  forgetSpares(asked: number, found: number, now: number): void {
    const { shard } = this;
    // All keys of the shard together have no more spare buckets than one key may have.
    if (shard.buckets - shard.keys < SPARE_BUCKETS) return;
    const { low, high } = this.keys;
    for (let spares = shard.count(low, high) - found; spares > SPARE_BUCKETS; spares--) {
      forgetSpare(shard, low, high, this.tags.first(asked), now);
    }
  }

  /** Adds the buckets that were not found. Write the others before, since this may move them. */
  #addMissing(limits: readonly Limit[], now: number): void {
    for (let i = 0; i < limits.length; i++) {
      const { name, restoreRateHz } = limits[i] as Limit;
      const debt = this.#debts[i] as number;
      if (this.#slots[i] === -1 && debt > 0) this.put(this.tags.of(i, name), debt, now, restoreRateHz);
    }
  }

  /** Writes a bucket, and adds it if it is missing. */
  put(tag: number, debt: number, at: number, restoreRateHz: number): void {
    const { low, high } = this.keys;
    let { shard } = this;
    let slot = shard.find(low, high, tag);
    if (slot === -1) {
      shard = this.table.makeRoom(this.keys, at);
      slot = shard.add(low, high, tag);
    }
    shard.set(slot, debt, at, restoreRateHz);
  }

  /** Removes a bucket, if it exists. */
  drop(tag: number): void {
    const { shard } = this;
    const slot = shard.find(this.keys.low, this.keys.high, tag);
    if (slot !== -1) shard.remove(slot);
  }
}
