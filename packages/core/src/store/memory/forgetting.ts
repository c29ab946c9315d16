import type { BucketShard } from './bucketShard.js';

/** Which buckets make room for others: full ones, since that loses nothing, else those that will be full soonest. */

/** How many neighbours a key has: the next keys from where its search begins. */
const NEIGHBOURS = 16;

/** A slot of the neighbour that is full or will be soonest, or -1 if there is no key. */
export function soonestFull(shard: BucketShard, low: number, now: number): number {
  const areSingle = shard.keys === shard.buckets;
  let soonest = -1;
  let soonestSecs = Infinity;
  let more = neighbours(shard);
  for (let slot = shard.home(low); more > 0; slot = shard.after(slot)) {
    if (shard.isEmpty(slot)) continue;
    more -= 1;
    let secs = shard.secsUntilFull(slot, now);
    if (soonest !== -1 && secs >= soonestSecs) continue;
    // A key is full when the last of its buckets is.
    if (!areSingle) secs = secsUntilKeyFull(shard, slot, now);
    if (soonest !== -1 && secs >= soonestSecs) continue;
    soonest = slot;
    soonestSecs = secs;
  }
  return soonest;
}

/** Forgets the full buckets of a key's neighbours. */
export function forgetFull(shard: BucketShard, low: number, now: number): void {
  let slot = shard.home(low);
  for (let more = neighbours(shard); more > 0 && shard.buckets > 0; ) {
    if (shard.isEmpty(slot)) {
      slot = shard.after(slot);
      continue;
    }
    more -= 1;
    // Another bucket may move up into the freed slot, so that slot is examined again.
    if (shard.isLive(slot, now)) slot = shard.after(slot);
    else shard.remove(slot);
  }
}

/** Forgets the bucket of a key that will be full soonest, except those with the tags `asked`. */
export function forgetSpare(
  shard: BucketShard,
  low: number,
  high: number,
  asked: readonly number[],
  now: number,
): void {
  let spare = -1;
  let soonestSecs = Infinity;
  for (let slot = shard.first(low, high); slot !== -1; slot = shard.nextOf(slot)) {
    const secs = shard.secsUntilFull(slot, now);
    if ((spare !== -1 && secs >= soonestSecs) || asked.includes(shard.tagOf(slot))) continue;
    spare = slot;
    soonestSecs = secs;
  }
  if (spare !== -1) shard.remove(spare);
}

/** How many buckets the neighbours have, if each has the average number of buckets per key. */
function neighbours({ buckets, keys }: BucketShard): number {
  return Math.min(buckets, NEIGHBOURS * Math.ceil(buckets / Math.max(1, keys)));
}

function secsUntilKeyFull(shard: BucketShard, slot: number, now: number): number {
  let secs = 0;
  let each = shard.first(shard.lowOf(slot), shard.highOf(slot));
  for (; each !== -1; each = shard.nextOf(each)) secs = Math.max(secs, shard.secsUntilFull(each, now));
  return secs;
}
