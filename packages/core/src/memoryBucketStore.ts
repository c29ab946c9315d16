import { knownOptions, whole } from './check.js';
import { allThere, cappedDebt, debtAt } from './debt.js';
import { type Decision, debtsAfter, decided } from './decision.js';
import type { Limit } from './policy.js';
import type { BucketStore } from './store.js';

interface Bucket {
  readonly name: string;
  restoreRateHz: number;
  debt: number;
  at: number;
}

/** The buckets of one key, and the slot that it fills. */
interface Entry {
  readonly key: string;
  readonly buckets: Bucket[];
  slot: number;
}

/** How many keys are compared to find one to forget. */
const NEIGHBOURS = 16;

/** How many buckets a key keeps beside those that it is asked for: names that requests make up do not pile up. */
const SPARE_BUCKETS = 64;

/** The golden ratio as a fraction of 2^32: adding it again and again visits a range evenly, whatever lies where. */
const GOLDEN = 0x9e3779b9;

/**
 * Buckets in this process's memory: those of at most `maxKeys` keys, and no timer.
 *
 * A new key that finds no room takes the place of another, the one of 16 that is full or will be soonest: a full bucket
 * loses nothing by being forgotten, and a blocked key, which is the last to be full, outlives any spray of fresh ones.
 */
export class MemoryBucketStore implements BucketStore {
  readonly #entries = new Map<string, Entry>();
  readonly #slots: Entry[] = [];
  readonly #maxKeys: number;
  #hand = 0;

  /** @param options.maxKeys a whole number, at least 1; default 100,000 */
  constructor(options: { readonly maxKeys?: number | undefined } = {}) {
    knownOptions('MemoryBucketStore', options, ['maxKeys']);
    const { maxKeys = 100_000 } = options;
    this.#maxKeys = whole('MemoryBucketStore: maxKeys', maxKeys, 1);
  }

  check(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    const entry = this.#entries.get(key);
    const debts = debtsOf(entry, limits, now);
    const allowed = allThere(limits, debts, cost);
    if (allowed && cost > 0) {
      for (let i = 0; i < limits.length; i++) debts[i] = (debts[i] as number) + cost;
      keepDebts(entry ?? this.#enter(key, now), limits, debts, now);
    }
    return decided(limits, debts, cost, allowed);
  }

  peek(key: string, limits: readonly Limit[], cost: number, now: number): Decision {
    const debts = debtsOf(this.#entries.get(key), limits, now);
    return decided(limits, debts, cost, allThere(limits, debts, cost));
  }

  refund(key: string, limits: readonly Limit[], n: number, now: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const debts = debtsOf(entry, limits, now).map(debt => Math.max(0, debt - n));
    keepDebts(entry, limits, debts, now);
  }

  reset(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#forget(entry);
  }

  /** Takes over what another store has decided on a key, as the state of its buckets. */
  learn(key: string, decision: Decision, now: number): void {
    const debts = debtsAfter(decision);
    const entry = this.#entries.get(key);
    if (entry !== undefined || debts.some(debt => debt > 0))
      keepDebts(entry ?? this.#enter(key, now), decision.limits, debts, now);
  }

  #enter(key: string, now: number): Entry {
    if (this.#slots.length >= this.#maxKeys) this.#forget(this.#victim(now));
    const entry: Entry = { key, buckets: [], slot: this.#slots.length };
    this.#slots.push(entry);
    this.#entries.set(key, entry);
    return entry;
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.key);
    const last = this.#slots.pop() as Entry;
    if (last === entry) return;
    last.slot = entry.slot;
    this.#slots[entry.slot] = last;
  }

  #victim(now: number): Entry {
    let victim = this.#slots[0] as Entry;
    let soonestSecs = Infinity;
    for (let i = 0; i < NEIGHBOURS && soonestSecs > 0; i++) {
      this.#hand = (this.#hand + GOLDEN) >>> 0;
      const entry = this.#slots[Math.floor((this.#hand / 2 ** 32) * this.#slots.length)] as Entry;
      const secs = entry.buckets.reduce((most, bucket) => Math.max(most, secondsUntilFull(bucket, now)), 0);
      if (secs >= soonestSecs) continue;
      victim = entry;
      soonestSecs = secs;
    }
    return victim;
  }
}

/** What each limit's bucket owes now; one that is not kept is full. */
function debtsOf(entry: Entry | undefined, limits: readonly Limit[], now: number): number[] {
  const debts: number[] = [];
  for (const { name, capacityMax, restoreRateHz } of limits) {
    const bucket = entry?.buckets.find(each => each.name === name);
    debts.push(bucket === undefined ? 0 : owed(bucket, now, restoreRateHz, capacityMax));
  }
  return debts;
}

function owed(bucket: Bucket, now: number, restoreRateHz: number, capacityMax = Infinity): number {
  // The clock stepped back: the debt stays and drains from here.
  if (bucket.at > now) bucket.at = now;
  return debtAt(cappedDebt(bucket.debt, capacityMax), bucket.at, now, restoreRateHz);
}

function keepDebts(entry: Entry, limits: readonly Limit[], debts: readonly number[], at: number): void {
  limits.forEach(({ name, restoreRateHz }, i) => {
    const debt = debts[i] as number;
    const bucket = entry.buckets.find(each => each.name === name);
    if (bucket !== undefined) Object.assign(bucket, { restoreRateHz, debt, at });
    else if (debt > 0) addBucket(entry.buckets, { name, restoreRateHz, debt, at }, limits);
  });
}

/**
 * Adds the bucket of a new limit, in the place of one that was not asked for if that is full or there are many: the one
 * that is full or will be soonest, as among keys.
 */
function addBucket(buckets: Bucket[], added: Bucket, asked: readonly Limit[]): void {
  let spares = 0;
  let soonest = -1;
  let soonestSecs = Infinity;
  buckets.forEach((bucket, i) => {
    if (asked.some(limit => limit.name === bucket.name)) return;
    spares++;
    const secs = secondsUntilFull(bucket, added.at);
    if (soonest !== -1 && secs >= soonestSecs) return;
    soonest = i;
    soonestSecs = secs;
  });
  if (soonestSecs === 0 || spares >= SPARE_BUCKETS) buckets[soonest] = added;
  else buckets.push(added);
}

function secondsUntilFull(bucket: Bucket, now: number): number {
  return owed(bucket, now, bucket.restoreRateHz) / bucket.restoreRateHz;
}
