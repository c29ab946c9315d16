import { BucketSlots, WORDS } from './bucketSlots.js';
import { BLOCK } from './limitTags.js';

const FEWEST_SLOTS = 16;
/**
 * Slots at which a search can begin: 16 bits of the hash select one. In a larger shard only every 2nd, 4th, ... slot is
 * one.
 */
const MOST_HOMES = 65_536;
/** The largest share of the slots that is used. */
const FULLEST = 0.75;
/**
 * The golden ratio. Its multiples, without the whole part, spread a row of shards as evenly as possible, however long
 * the row is.
 */
const FAR_APART = (Math.sqrt(5) - 1) / 2;

/**
 * The factor by which a shard grows. A small shard grows much, a large one only so that a bucket takes up 43 to 57
 * bytes. All shards fill at the same rate, so shards of equal size would grow in the same turn: each grows a little
 * more or less than the one before.
 */
function growth(buckets: number, tally: Tally): number {
  if (buckets < 500) return 2;
  tally.rebuilt += 1;
  return 1.17 + 0.16 * ((tally.rebuilt * FAR_APART) % 1);
}

/** The counts of all shards of a table together. */
export interface Tally {
  keys: number;
  /** How often a large shard has grown. */
  rebuilt: number;
}

/**
 * A part of a table of buckets. A bucket is found by the hash of its key and the tag of its limit's name. The search
 * for all buckets of a key begins at the same slot, the key's home, and a new bucket takes the next empty slot, so the
 * buckets of a key lie together. Removing a bucket leaves no gap: those behind it move up.
 *
 * Source: Donald E. Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R (linear probing).
 */
export class BucketShard extends BucketSlots {
  /** How many slots are homes. They are 2 ** stride words apart. */
  readonly #homes: number;
  readonly #stride: number;
  readonly #tally: Tally;
  #keys = 0;
  #buckets = 0;
  #blocks = 0;

  /** @param room the number of buckets that must fit, at least */
  constructor(tally: Tally, room = 1) {
    const slots = Math.max(FEWEST_SLOTS, Math.ceil(room / FULLEST));
    const apart = 2 ** Math.ceil(Math.log2(Math.max(1, slots / MOST_HOMES)));
    const homes = Math.ceil(slots / apart);
    const stride = Math.log2(apart * WORDS);
    super(homes << stride);
    this.#tally = tally;
    this.#homes = homes;
    this.#stride = stride;
  }

  /** The number of keys that have a bucket here. */
  get keys(): number {
    return this.#keys;
  }

  get buckets(): number {
    return this.#buckets;
  }

  /** The number of blocks, including those that are over. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Whether there is room for one more bucket. */
  get hasRoom(): boolean {
    return this.#buckets < Math.floor(this.slots * FULLEST);
  }

  /** The slot of a bucket, or -1. */
  find(low: number, high: number, tag: number): number {
    const words = this.words;
    for (let slot = this.home(low); ; ) {
      const found = words[slot + 2];
      if (found === tag && words[slot] === low && words[slot + 1] === high) return slot;
      if (found === 0) return -1;
      slot += WORDS;
      if (slot === words.length) slot = 0;
    }
  }

  /** Adds a bucket that is not there and returns its slot, which the caller sets next. There must be room. */
  add(low: number, high: number, tag: number): number {
    const words = this.words;
    let isNewKey = true;
    let slot = this.home(low);
    for (; !this.isEmpty(slot); slot = this.after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) isNewKey = false;
    }
    words[slot] = low;
    words[slot + 1] = high;
    words[slot + 2] = tag;
    this.#buckets += 1;
    if (tag === BLOCK) this.#blocks += 1;
    if (isNewKey) this.#countKeys(1);
    return slot;
  }

  remove(slot: number): void {
    const words = this.words;
    const low = words[slot] as number;
    const high = words[slot + 1] as number;
    if (words[slot + 2] === BLOCK) this.#blocks -= 1;
    let hole = slot;
    for (let next = this.after(slot); !this.isEmpty(next); next = this.after(next)) {
      // A bucket moves up unless its home is behind the gap.
      const home = this.home(words[next] as number);
      if (hole <= next ? home > hole && home <= next : home > hole || home <= next) continue;
      this.copy(this, next, hole);
      hole = next;
    }
    this.clear(hole);
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

  /** A shard that replaces this one, with all buckets that are not full, and room for more. */
  rebuilt(now: number): BucketShard {
    const words = this.words;
    let live = 0;
    for (let slot = 0; slot < words.length; slot += WORDS) if (this.isLive(slot, now)) live += 1;
    const rebuilt = new BucketShard(this.#tally, (live + 1) * growth(live, this.#tally));
    for (let slot = 0; slot < words.length; slot += WORDS) {
      if (!this.isLive(slot, now)) continue;
      rebuilt.copy(this, slot, rebuilt.add(this.lowOf(slot), this.highOf(slot), this.tagOf(slot)));
    }
    this.#countKeys(-this.#keys);
    return rebuilt;
  }

  /** The slot where the search for a key begins. */
  home(low: number): number {
    return (Math.imul(low >>> 16, this.#homes) >>> 16) << this.#stride;
  }

  #ofKey(low: number, high: number, from: number): number {
    const words = this.words;
    for (let slot = from; !this.isEmpty(slot); slot = this.after(slot)) {
      if (words[slot] === low && words[slot + 1] === high) return slot;
    }
    return -1;
  }

  #countKeys(change: number): void {
    this.#keys += change;
    this.#tally.keys += change;
  }
}
