import { BucketShard } from './bucketShard.js';
import type { KeyHash } from './keyHash.js';

/** Keys in a shard when the table is full, at most: what has to be rebuilt at once takes well below a millisecond. */
const KEYS_OF_SHARD = 8192;
/** A shard is found from 16 bits of the hash, others than those that find a slot in it. */
const MOST_SHARDS = 65_536;

/**
 * The buckets of at most `maxKeys` keys, by the hash of the key and the tag of the limit's name. Memory grows with what is
 * kept, one shard at a time.
 *
 * A new key sweeps away what is full among its neighbours, the two dozen slots where its search begins. If the table is
 * still full, the one of them that will be full soonest is forgotten: a full bucket loses nothing by it, and a blocked
 * key, which is the last to be full, outlives any spray of fresh ones.
 */
export class BucketTable {
  readonly #maxKeys: number;
  readonly #shards: BucketShard[];
  /** Stands for every shard that nobody has needed yet. */
  readonly #none = new BucketShard();
  #keys = 0;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
    const shards = 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / KEYS_OF_SHARD)));
    this.#shards = new Array<BucketShard>(Math.min(MOST_SHARDS, shards)).fill(this.#none);
  }

  /** Where the buckets of a key are, if there are any, until one is added. */
  shardOf(low: number): BucketShard {
    return this.#shards[low & (this.#shards.length - 1)] as BucketShard;
  }

  /** Adds a bucket that is not there. */
  add({ low, high }: KeyHash, tag: number, debt: number, now: number, restoreRateHz: number): void {
    let shard = this.shardOf(low);
    if (shard === this.#none) shard = this.#replace(low, new BucketShard());
    this.#keys -= shard.keys;
    shard.sweep(low, now);
    if (!shard.hasRoom) shard = this.#replace(low, shard.rebuilt(now));
    if (!shard.hasRoom) shard.evict(low, now);
    this.#keys += shard.keys;
    if (this.#keys >= this.#maxKeys && shard.count(low, high) === 0) this.#evict(low, now);
    this.#keys -= shard.keys;
    shard.set(shard.add(low, high, tag), debt, now, restoreRateHz);
    this.#keys += shard.keys;
  }

  /** Removes all buckets of a key. */
  forget({ low, high }: KeyHash): void {
    const shard = this.shardOf(low);
    this.#keys -= shard.keys;
    shard.forget(low, high);
    this.#keys += shard.keys;
  }

  #replace(low: number, shard: BucketShard): BucketShard {
    this.#shards[low & (this.#shards.length - 1)] = shard;
    return shard;
  }

  /** Forgets a key: among the neighbours of another if it has any, else in the next shard that has. */
  #evict(low: number, now: number): void {
    let at = low;
    while (!this.shardOf(at).evict(at, now)) at += 1;
    this.#keys -= 1;
  }
}
