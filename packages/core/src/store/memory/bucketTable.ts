import { BucketShard, type Tally } from './bucketShard.js';
import { forgetFull, soonestFull } from './forgetting.js';
import type { KeyHash } from './keyHash.js';
import { Waits } from './waits.js';

/** The most keys in a shard when the table is full. Rebuilding one then takes well below a millisecond. */
const KEYS_OF_SHARD = 4096;
/** 16 bits of the hash select a shard. They are not the bits that select a slot in it. */
const MOST_SHARDS = 65_536;

/**
 * The buckets of at most `maxKeys` keys, by the hash of the key and the tag of the limit's name. Memory grows with the
 * number of buckets, one shard at a time.
 *
 * Once the table holds half of `maxKeys`, a new key removes the full buckets of its neighbours, the next 16 keys from
 * where its search begins. Until then full buckets are kept too, since under a lower rate their debt would still count.
 * If the table is still full, the neighbour that will be full soonest is forgotten. Forgetting a full bucket loses
 * nothing, and a refused key is the last to be full, so it outlasts many keys that have taken less.
 */
export class BucketTable {
  readonly waits = new Waits();
  readonly #maxKeys: number;
  readonly #kept: Tally = { keys: 0, rebuilt: 0 };
  readonly #shards: BucketShard[];
  /** Stands for every shard that has had no key yet. */
  readonly #none = new BucketShard(this.#kept);

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
    const shards = 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / KEYS_OF_SHARD)));
    this.#shards = new Array<BucketShard>(Math.min(MOST_SHARDS, shards)).fill(this.#none);
  }

  /** The shard that contains the buckets of a key, until one is added. */
  shardOf(low: number): BucketShard {
    return this.#shards[low & (this.#shards.length - 1)] as BucketShard;
  }

  /** The shard to which a bucket of a key can be added. */
  makeRoom({ low, high }: KeyHash, now: number): BucketShard {
    const shard = this.shardOf(low);
    const isCrowded = this.#kept.keys >= this.#maxKeys / 2;
    if (isCrowded && shard.first(low, high) === -1) this.#forget(low, now);
    if (shard !== this.#none && shard.hasRoom) return shard;
    // At -Infinity no bucket with debt is full, so all are kept, even if their rates change.
    const rebuilt = shard.rebuilt(isCrowded ? now : -Infinity);
    this.#shards[low & (this.#shards.length - 1)] = rebuilt;
    return rebuilt;
  }

  /** Removes all buckets of a key. */
  forget({ low, high }: KeyHash): void {
    this.shardOf(low).forget(low, high);
  }

  /**
   * Forgets the full buckets among the neighbours of a new key. If there are still `maxKeys` keys, also forgets one
   * key, from the next shard that has any if this one has none.
   */
  #forget(low: number, now: number): void {
    let shard = this.shardOf(low);
    let victim = soonestFull(shard, low, now);
    if (victim !== -1 && !shard.isLive(victim, now)) {
      forgetFull(shard, low, now);
      victim = soonestFull(shard, low, now);
    }
    if (this.#kept.keys < this.#maxKeys) return;
    for (let at = low; victim === -1; ) {
      at += 1;
      shard = this.shardOf(at);
      victim = soonestFull(shard, at, now);
    }
    shard.forget(shard.lowOf(victim), shard.highOf(victim));
  }
}
