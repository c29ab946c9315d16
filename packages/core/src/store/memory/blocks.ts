import { areThere, cappedDebt, debtAt, isBlock, SLACK } from '../../bucket/debt.js';
import type { Limit } from '../../bucket/policy.js';
import type { Lockout } from '../reservation.js';
import type { KeyBuckets } from './keyBuckets.js';
import { BLOCK, STRIKES, TIMES } from './limitTags.js';
import type { Waiting } from './waits.js';

/** A block, and the time for which it is remembered, is a debt of seconds. */
const SECONDS = { capacityMax: Infinity, restoreRateHz: 1 };

/**
 * Seconds for which the key is still blocked: 0 if that is too little to refuse. A block that is over is removed, so
 * that it does not come back if the clock steps back. Call this before looking up the slots of the key.
 */
export function blockSecs({ shard, keys }: KeyBuckets, now: number): number {
  if (shard.blocks === 0) return 0;
  const slot = shard.find(keys.low, keys.high, BLOCK);
  const secs = shard.owed(slot, SECONDS, now, 0);
  if (isBlock(secs)) return secs;
  if (slot !== -1) shard.remove(slot);
  return 0;
}

/** Blocks the key for `secs` instead of what is left of an earlier block. Callers that wait on it wait that much longer. */
export function block(buckets: KeyBuckets, limits: readonly Limit[], secs: number, now: number): void {
  const before = blockSecs(buckets, now);
  setBlock(buckets, secs, now);
  const { waits } = buckets.table;
  const waiting = buckets.waiting(limits, now);
  if (waiting === undefined) return;
  if (secs === Infinity) {
    // Those who wait are refused: what they reserved is no longer owed.
    const debts = buckets.load(limits, now, waiting.maxWaitSecs);
    limits.forEach(({ capacityMax }, i) => {
      debts[i] = cappedDebt(debts[i] as number, capacityMax);
    });
    buckets.keep(limits, now);
    waits.set(buckets.keys, undefined);
  } else move(buckets, limits, waiting, secs - before, now);
}

/** Writes a block without regard to those who wait. */
export function setBlock(buckets: KeyBuckets, secs: number, now: number): void {
  if (isBlock(secs)) buckets.put(BLOCK, secs, now, SECONDS.restoreRateHz);
  else buckets.drop(BLOCK);
}

/**
 * Stops the buckets of a key for so long: what they owe takes that much longer to drain. A shorter block moves those who wait
 * back by no more than blocks have moved them: what came back under a block is not there before its end.
 */
function move(
  buckets: KeyBuckets,
  limits: readonly Limit[],
  waiting: Waiting,
  changeSecs: number,
  now: number,
): void {
  const secs = Math.max(changeSecs, -waiting.movedSecs);
  buckets.change(limits, (debt, at, rate) =>
    debtAt(debt, at, now, rate) > SLACK ? [Math.max(0, debt + secs * rate), at] : [debt, at],
  );
  buckets.table.waits.set(buckets.keys, {
    maxWaitSecs: waiting.maxWaitSecs + Math.max(0, secs),
    secs: waiting.secs + secs,
    fullSecs: waiting.fullSecs + secs,
    at: now,
    movedSecs: waiting.movedSecs + secs,
  });
}

/** Takes one token of a lockout. If less than one whole token is left then, fills the bucket and blocks the key. */
export function strike(
  buckets: KeyBuckets,
  limits: readonly Limit[],
  { after, withinSecs, forSecs, backoff, maxSecs }: Lockout,
  now: number,
): number {
  // This notices that those who waited are done.
  buckets.waiting(limits, now);
  const { shard, keys } = buckets;
  const restoreRateHz = after / withinSecs;
  const strikes = shard.find(keys.low, keys.high, STRIKES);
  const debt = shard.owed(strikes, { capacityMax: after, restoreRateHz }, now, 0) + 1;
  if (areThere(after, debt, 1)) {
    buckets.put(STRIKES, debt, now, restoreRateHz);
    return 0;
  }
  buckets.drop(STRIKES);
  const remembered = shard.find(keys.low, keys.high, TIMES);
  const times = shard.owed(remembered, SECONDS, now, 0) > 0 ? shard.rateOf(remembered) : 0;
  const lasting = Math.min(maxSecs, forSecs * backoff ** times);
  const secs = Math.max(lasting, blockSecs(buckets, now));
  if (lasting > 0) {
    // It is forgotten once the key has been free as long as it was blocked.
    buckets.put(TIMES, secs + lasting, now, SECONDS.restoreRateHz);
    const { shard: current } = buckets;
    current.mark(current.find(keys.low, keys.high, TIMES), times + 1);
    block(buckets, limits, secs, now);
  }
  return isBlock(lasting) ? secs : 0;
}
