import { cappedDebt, debtAt } from './debt.js';
import type { Limit } from './policy.js';

/**
 * A slot is 32 bytes: 4 words (2 of the key's hash; the name's tag, 0 where the slot is empty; the rate), then 2 doubles
 * (debt, at). It goes by the index of its first word, and its first double has half of that.
 */
const WORDS = 8;

const FEWEST_SLOTS = 8;
/** The first slot of a key is found from 16 bits of its hash. */
const MOST_SLOTS = 65_536;
/** The share of the slots that is filled at most, and after a rebuilding: a bucket takes up 43 to 53 bytes. */
const FULLEST = 0.75;
const REBUILT = 0.6;

/** How many slots are looked at to find room for a new key: those of about a dozen keys. */
const NEIGHBOURS = 24;

/**
 * Part of a table of buckets, in one piece of memory. A bucket is found by the hash of its key and the tag of its limit's
 * name. All buckets of a key begin their search at the same slot, and take the next that is empty, so they lie
 * together. What is removed leaves no gap: those behind it move up.
 *
 * Source: Donald E. Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R (linear probing).
 */
export class BucketShard {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #rates: Float32Array;
  #keys = 0;
  #buckets = 0;

  constructor(slots = FEWEST_SLOTS) {
    this.#words = new Int32Array(slots * WORDS);
    this.#doubles = new Float64Array(this.#words.buffer);
    this.#rates = new Float32Array(this.#words.buffer);
  }

  /** Keys that have a bucket here. */
  get keys(): number {
    return this.#keys;
  }

  /** Whether one more bucket fits. */
  get hasRoom(): boolean {
    return this.#buckets < Math.floor((this.#words.length / WORDS) * FULLEST);
  }

  /** The slot of a bucket, or -1. */
  find(low: number, high: number, tag: number): number {
    const words = this.#words;
    for (let slot = homeOf(low, words); ; ) {
      const found = words[slot + 2];
      if (found === tag && words[slot] === low && words[slot + 1] === high) return slot;
      if (found === 0) return -1;
      slot += WORDS;
      if (slot === words.length) slot = 0;
    }
  }

  /** What a bucket owes now under a limit. Where the clock stepped back, the debt stays and drains from `now`. */
  owed(slot: number, { capacityMax, restoreRateHz }: Limit, now: number): number {
    const doubles = this.#doubles;
    const at = (slot >> 1) + 3;
    if ((doubles[at] as number) > now) doubles[at] = now;
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
    let slot = homeOf(low, words);
    for (; words[slot + 2] !== 0; slot = this.#after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) isNewKey = false;
    }
    words[slot] = low;
    words[slot + 1] = high;
    words[slot + 2] = tag;
    this.#buckets += 1;
    if (isNewKey) this.#keys += 1;
    return slot;
  }

  /** The number of buckets of a key. */
  count(low: number, high: number): number {
    let count = 0;
    for (let slot = this.#first(low, high); slot !== -1; slot = this.#nextOf(slot)) count += 1;
    return count;
  }

  /** Removes all buckets of a key. */
  forget(low: number, high: number): void {
    for (let slot = this.#first(low, high); slot !== -1; slot = this.#first(low, high)) this.#remove(slot);
  }

  /** Removes what is full among the neighbours of a key that is to come. */
  sweep(low: number, now: number): void {
    let slot = homeOf(low, this.#words);
    for (let looked = 0; looked < NEIGHBOURS; looked++) {
      // What moves up into a slot that was freed is looked at next.
      if (!this.#isEmpty(slot) && !this.#isLive(slot, now)) this.#remove(slot);
      else slot = this.#after(slot);
    }
  }

  /** Forgets the one of a key's neighbours all of whose buckets will be full soonest. False if there is no key at all. */
  evict(low: number, now: number): boolean {
    if (this.#keys === 0) return false;
    let victim = -1;
    let soonestSecs = Infinity;
    let slot = homeOf(low, this.#words);
    for (let looked = 0; looked < NEIGHBOURS || victim === -1; looked++, slot = this.#after(slot)) {
      if (this.#isEmpty(slot)) continue;
      if (victim !== -1 && this.#secsUntilFull(slot, now) >= soonestSecs) continue;
      const secs = this.#secsUntilKeyFull(slot, now);
      if (victim !== -1 && secs >= soonestSecs) continue;
      victim = slot;
      soonestSecs = secs;
    }
    this.forget(this.#words[victim] as number, this.#words[victim + 1] as number);
    return true;
  }

  /** Removes the one of a key's buckets that will be full soonest, but for those whose tags are `asked`. */
  removeSpare(low: number, high: number, asked: readonly number[], now: number): void {
    let spare = -1;
    let soonestSecs = Infinity;
    for (let slot = this.#first(low, high); slot !== -1; slot = this.#nextOf(slot)) {
      const secs = this.#secsUntilFull(slot, now);
      if (spare !== -1 && secs >= soonestSecs) continue;
      if (asked.includes(this.#words[slot + 2] as number)) continue;
      spare = slot;
      soonestSecs = secs;
    }
    if (spare !== -1) this.#remove(spare);
  }

  /** A shard with all buckets of this one that are not full, and with room for more unless that would be too large. */
  rebuilt(now: number): BucketShard {
    const live: number[] = [];
    for (let slot = 0; slot < this.#words.length; slot += WORDS) {
      if (!this.#isEmpty(slot) && this.#isLive(slot, now)) live.push(slot);
    }
    const slots = Math.max(FEWEST_SLOTS, Math.ceil((live.length + 1) / REBUILT));
    const rebuilt = new BucketShard(Math.min(MOST_SLOTS, slots));
    for (const slot of live) {
      const [low, high, tag] = [this.#words[slot], this.#words[slot + 1], this.#words[slot + 2]];
      const added = rebuilt.add(low as number, high as number, tag as number);
      rebuilt.#copy(this, slot, added);
    }
    return rebuilt;
  }

  #copy(from: BucketShard, slot: number, to: number): void {
    for (let word = 0; word < WORDS; word++) this.#words[to + word] = from.#words[slot + word] as number;
  }

  #remove(slot: number): void {
    const words = this.#words;
    const [low, high] = [words[slot] as number, words[slot + 1] as number];
    let hole = slot;
    for (let next = this.#after(slot); !this.#isEmpty(next); next = this.#after(next)) {
      // One moves up unless its search begins behind the hole.
      const home = homeOf(words[next] as number, words);
      if (hole <= next ? home > hole && home <= next : home > hole || home <= next) continue;
      this.#copy(this, next, hole);
      hole = next;
    }
    words[hole + 2] = 0;
    this.#buckets -= 1;
    if (this.#first(low, high) === -1) this.#keys -= 1;
  }

  /** The slot of any bucket of a key, or -1. */
  #first(low: number, high: number): number {
    return this.#ofKey(low, high, homeOf(low, this.#words));
  }

  /** The slot of the next bucket of the same key, or -1. */
  #nextOf(slot: number): number {
    return this.#ofKey(this.#words[slot] as number, this.#words[slot + 1] as number, this.#after(slot));
  }

  #ofKey(low: number, high: number, from: number): number {
    const words = this.#words;
    for (let slot = from; !this.#isEmpty(slot); slot = this.#after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) return slot;
    }
    return -1;
  }

  #secsUntilKeyFull(slot: number, now: number): number {
    let most = 0;
    let each = this.#first(this.#words[slot] as number, this.#words[slot + 1] as number);
    for (; each !== -1; each = this.#nextOf(each)) most = Math.max(most, this.#secsUntilFull(each, now));
    return most;
  }

  #secsUntilFull(slot: number, now: number): number {
    const [debt, at] = [this.#doubles[(slot >> 1) + 2] as number, this.#doubles[(slot >> 1) + 3] as number];
    const restoreRateHz = this.#rates[slot + 3] as number;
    return debtAt(debt, at, now, restoreRateHz) / restoreRateHz;
  }

  #isLive(slot: number, now: number): boolean {
    return this.#secsUntilFull(slot, now) > 0;
  }

  #isEmpty(slot: number): boolean {
    return this.#words[slot + 2] === 0;
  }

  #after(slot: number): number {
    return slot + WORDS === this.#words.length ? 0 : slot + WORDS;
  }
}

/** Where the search for a key begins. */
function homeOf(low: number, words: Int32Array): number {
  return (Math.imul(low >>> 16, words.length >> 3) >>> 16) << 3;
}
