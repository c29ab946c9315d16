import { BucketShard, type Tally } from './bucketShard.js';
import { forgetFull, soonestFull } from './forgetting.js';
import type { KeyHash } from './keyHash.js';

/** Keys in a shard when the table is full, at most: what has to be rebuilt at once takes well below a millisecond. */
const KEYS_OF_SHARD = 4096;
/** A shard is found from 16 bits of the hash, others than those that find a slot in it. */
const MOST_SHARDS = 65_536;

/**
 * The buckets of at most `maxKeys` keys, by the hash of the key and the tag of the limit's name. Memory grows with what is
 * kept, one shard at a time.
 *
 * Once half of `maxKeys` is kept, a new key sweeps away what is full among its neighbours, the next 16 keys from where its
 * search begins; before that even what is full is kept, since under a lower rate its debt would still count. If the table
 * is full even then, the neighbour that will be full soonest is forgotten: a full bucket loses nothing by it, and a blocked
 * key, which is the last to be full, outlives a spray of those that have taken less.
 */
export class BucketTable {
  readonly #maxKeys: number;
  readonly #kept: Tally = { keys: 0 };
  readonly #shards: BucketShard[];
  /** Stands for every shard that nobody has needed yet. */
  readonly #none = new BucketShard(this.#kept);

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
    const shards = 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / KEYS_OF_SHARD)));
    this.#shards = new Array<BucketShard>(Math.min(MOST_SHARDS, shards)).fill(this.#none);
  }

  /** Where the buckets of a key are, until one is added. */
  shardOf(low: number): BucketShard {
    return this.#shards[low & (this.#shards.length - 1)] as BucketShard;
  }

  /** Where a bucket can be added: the shard of its key, with room for it. */
  makeRoom({ low, high }: KeyHash, now: number): BucketShard {
    const shard = this.shardOf(low);
    const isCrowded = this.#kept.keys >= this.#maxKeys / 2;
    if (isCrowded && shard.first(low, high) === -1) this.#forget(low, now);
    if (shard !== this.#none && shard.hasRoom) return shard;
    // At no time is a bucket with debt full, whatever becomes of its rate.
    const rebuilt = shard.rebuilt(isCrowded ? now : -Infinity);
    this.#shards[low & (this.#shards.length - 1)] = rebuilt;
    return rebuilt;
  }

  /** Removes all buckets of a key. */
  forget({ low, high }: KeyHash): void {
    this.shardOf(low).forget(low, high);
  }

  /**
   * Forgets what is full among the neighbours of a new key; where there are `maxKeys` still, one key more, if need be of the
   * next shard that has any.
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
