import { cappedDebt, debtAt } from '../../bucket/debt.js';
import type { Limit } from '../../bucket/policy.js';

/**
 * A slot is 32 bytes: 4 words (2 of the key's hash; the name's tag, 0 where the slot is empty; the rate), then 2 doubles
 * (debt, at). It goes by the index of its first word; that of its first double is half of that.
 */
const WORDS = 8;

const FEWEST_SLOTS = 16;
/** Slots at which a search can begin: 16 bits of the hash say where. Of more slots, only every 2nd, 4th, ... is one. */
const MOST_HOMES = 65_536;
/** The share of the slots that is filled at most. */
const FULLEST = 0.75;
/** How far a shard grows then, by its buckets: a small one far, a large one so that a bucket takes up 43 to 53 bytes. */
const growth = (buckets: number) => (buckets < 500 ? 2 : 1.25);

/** What all shards of a table count together. */
export interface Tally {
  keys: number;
}

/**
 * Part of a table of buckets, in one piece of memory. A bucket is found by the hash of its key and the tag of its limit's
 * name. All buckets of a key begin their search at the same slot, its home, and take the next that is empty, so they lie
 * together. What is removed leaves no gap: those behind it move up.
 *
 * Source: Donald E. Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R (linear probing).
 */
export class BucketShard {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #rates: Float32Array;
  /** How many slots are homes, and how many words one is from the next, as a power of two. */
  readonly #homes: number;
  readonly #stride: number;
  readonly #tally: Tally;
  #keys = 0;
  #buckets = 0;

  /** @param room how many buckets there is to be room for, at least */
  constructor(tally: Tally, room = 1) {
    const slots = Math.max(FEWEST_SLOTS, Math.ceil(room / FULLEST));
    const apart = 2 ** Math.ceil(Math.log2(Math.max(1, slots / MOST_HOMES)));
    this.#tally = tally;
    this.#homes = Math.ceil(slots / apart);
    this.#stride = Math.log2(apart * WORDS);
    this.#words = new Int32Array(this.#homes << this.#stride);
    this.#doubles = new Float64Array(this.#words.buffer);
    this.#rates = new Float32Array(this.#words.buffer);
  }

  get slots(): number {
    return this.#words.length / WORDS;
  }

  /** Keys of which there is any bucket. */
  get keys(): number {
    return this.#keys;
  }

  get buckets(): number {
    return this.#buckets;
  }

  /** Whether one more bucket fits. */
  get hasRoom(): boolean {
    return this.#buckets < Math.floor(this.slots * FULLEST);
  }

  /** The slot of a bucket, or -1. */
  find(low: number, high: number, tag: number): number {
    const words = this.#words;
    for (let slot = this.home(low); ; ) {
      const found = words[slot + 2];
      if (found === tag && words[slot] === low && words[slot + 1] === high) return slot;
      if (found === 0) return -1;
      slot += WORDS;
      if (slot === words.length) slot = 0;
    }
  }

  /**
   * What a bucket owes now under a limit; nothing where there is none (-1). Where the clock stepped back, the debt stays and
   * drains from `now`.
   */
  owed(slot: number, { capacityMax, restoreRateHz }: Limit, now: number): number {
    if (slot === -1) return 0;
    const doubles = this.#doubles;
    const at = (slot >> 1) + 3;
    // Asked this way round, a moment that is no number becomes one again.
    if (!((doubles[at] as number) <= now)) doubles[at] = now;
    const debt = cappedDebt(doubles[at - 1] as number, capacityMax);
    return debtAt(debt, doubles[at] as number, now, restoreRateHz);
  }

  set(slot: number, debt: number, at: number, restoreRateHz: number): void {
    this.#doubles[(slot >> 1) + 2] = debt;
    this.#doubles[(slot >> 1) + 3] = at;
    // Only who is forgotten hangs on this rate. It is never above the real one: no bucket counts as full too early.
    this.#rates[slot + 3] = restoreRateHz * 0.999_999_8;
  }

  /** Adds a bucket that is not there, to be set next, and returns its slot. There must be room. */
  add(low: number, high: number, tag: number): number {
    const words = this.#words;
    let isNewKey = true;
    let slot = this.home(low);
    for (; !this.isEmpty(slot); slot = this.after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) isNewKey = false;
    }
    words[slot] = low;
    words[slot + 1] = high;
    words[slot + 2] = tag;
    this.#buckets += 1;
    if (isNewKey) this.#countKeys(1);
    return slot;
  }

  remove(slot: number): void {
    const words = this.#words;
    const low = words[slot] as number;
    const high = words[slot + 1] as number;
    let hole = slot;
    for (let next = this.after(slot); !this.isEmpty(next); next = this.after(next)) {
      // One moves up unless its home is behind the hole.
      const home = this.home(words[next] as number);
      if (hole <= next ? home > hole && home <= next : home > hole || home <= next) continue;
      this.#copy(this, next, hole);
      hole = next;
    }
    words[hole + 2] = 0;
    this.#buckets -= 1;
    if (this.first(low, high) === -1) this.#countKeys(-1);
  }

  /** Removes all buckets of a key. */
  forget(low: number, high: number): void {
    for (let slot = this.first(low, high); slot !== -1; slot = this.first(low, high)) this.remove(slot);
  }

  /** The number of buckets of a key. */
  count(low: number, high: number): number {
    let count = 0;
    for (let slot = this.first(low, high); slot !== -1; slot = this.nextOf(slot)) count += 1;
    return count;
  }

  /** The slot of the first bucket of a key, or -1. */
  first(low: number, high: number): number {
    return this.#ofKey(low, high, this.home(low));
  }

  /** The slot of the next bucket of the same key, or -1. */
  nextOf(slot: number): number {
    return this.#ofKey(this.lowOf(slot), this.highOf(slot), this.after(slot));
  }

  /** A shard with all buckets of this one that are not full, and with room for more, to take its place. */
  rebuilt(now: number): BucketShard {
    const words = this.#words;
    let live = 0;
    for (let slot = 0; slot < words.length; slot += WORDS) if (this.isLive(slot, now)) live += 1;
    const rebuilt = new BucketShard(this.#tally, (live + 1) * growth(live));
    for (let slot = 0; slot < words.length; slot += WORDS) {
      if (!this.isLive(slot, now)) continue;
      rebuilt.#copy(this, slot, rebuilt.add(this.lowOf(slot), this.highOf(slot), this.tagOf(slot)));
    }
    this.#countKeys(-this.#keys);
    return rebuilt;
  }

  lowOf(slot: number): number {
    return this.#words[slot] as number;
  }

  highOf(slot: number): number {
    return this.#words[slot + 1] as number;
  }

  tagOf(slot: number): number {
    return this.#words[slot + 2] as number;
  }

  isEmpty(slot: number): boolean {
    return this.#words[slot + 2] === 0;
  }

  /** Whether there is a bucket that is not full by now. */
  isLive(slot: number, now: number): boolean {
    return !this.isEmpty(slot) && this.secsUntilFull(slot, now) > 0;
  }

  /** Seconds until a bucket is full at the rate that it was set with. */
  secsUntilFull(slot: number, now: number): number {
    const debt = this.#doubles[(slot >> 1) + 2] as number;
    const at = this.#doubles[(slot >> 1) + 3] as number;
    const restoreRateHz = this.#rates[slot + 3] as number;
    return debtAt(debt, at, now, restoreRateHz) / restoreRateHz;
  }

  /** The slot where the search for a key begins. */
  home(low: number): number {
    return (Math.imul(low >>> 16, this.#homes) >>> 16) << this.#stride;
  }

  after(slot: number): number {
    return slot + WORDS === this.#words.length ? 0 : slot + WORDS;
  }

  #ofKey(low: number, high: number, from: number): number {
    const words = this.#words;
    for (let slot = from; !this.isEmpty(slot); slot = this.after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) return slot;
    }
    return -1;
  }

  #copy(from: BucketShard, slot: number, to: number): void {
    for (let word = 0; word < WORDS; word++) this.#words[to + word] = from.#words[slot + word] as number;
  }

  #countKeys(change: number): void {
    this.#keys += change;
    this.#tally.keys += change;
  }
}
