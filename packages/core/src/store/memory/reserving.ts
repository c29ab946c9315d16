import {
  costAt,
  isBlock,
  longestWait,
  reservedDebt,
  SAME_MOMENT_SECS,
  secondsUntilAll,
} from '../../bucket/debt.js';
import { decided, refusedFor } from '../../bucket/decided.js';
import type { Limit } from '../../bucket/policy.js';
import type { Reservation, Reservations, ReserveOptions, Want } from '../reservation.js';
import { blockSecs } from './blocks.js';
import type { KeyBuckets } from './keyBuckets.js';
import type { Waiting } from './waits.js';

/** A bucket as it is stored. */
interface Kept {
  readonly debt: number;
  readonly at: number;
}

/** A limit of which tokens were reserved, with its bucket before and after. */
interface Written extends Kept {
  readonly limit: Limit;
  readonly before: Kept | undefined;
}

/** What is needed to undo a reservation. */
interface Undo {
  readonly written: readonly Written[];
  /** The limits with a cost of 0, and their buckets. If these change, somebody else may wait for them. */
  readonly others: readonly { readonly limit: Limit; readonly kept: Kept | undefined }[];
  /** Those who waited before. */
  readonly waiting: Waiting | undefined;
  readonly movedSecs: number;
}

/** Debts that differ by less are the same: adding a block and removing it again leaves a rounding error. */
const ROUNDING = 1e-6;

/** Undoes reservations, all or none, and then makes others, in order. */
export function reserve(
  buckets: KeyBuckets,
  wants: readonly Want[],
  { earliest, withdrawn }: ReserveOptions,
  now: number,
): Reservations {
  const movedBefore =
    withdrawn.length === 0 ? 0 : (buckets.table.waits.of(buckets.keys, now)?.movedSecs ?? 0);
  const areWithdrawn = withdrawn.length === 0 || withdrawAll(buckets, withdrawn, now);
  const areAnew = withdrawn.some(({ undo }) => undo !== undefined);
  let leastSecs = earliest - now;
  const made = (areWithdrawn ? wants : []).map(want => {
    const { waitSecs, ...reservation } = reserveOne(buckets, want, areAnew, leastSecs, movedBefore, now);
    if (reservation.decision.allowed) leastSecs = waitSecs;
    return reservation;
  });
  const waiting = buckets.table.waits.of(buckets.keys, now);
  const movedSecs = waiting !== undefined && waiting.secs > SAME_MOMENT_SECS ? waiting.movedSecs : undefined;
  const blocked = blockSecs(buckets, now);
  const blockedUntil = blocked > 0 ? now + blocked : undefined;
  return { made: areWithdrawn ? made : undefined, movedSecs, blockedUntil };
}

/**
 * @param isAnew whether it was reserved before. If a block makes it wait longer than `maxWaitSecs`, it keeps its tokens
 * @param leastSecs seconds until the caller ahead goes on. Seconds are passed on, since moments have fewer digits.
 * @param movedBefore where `movedSecs` starts if nobody waits
 */
function reserveOne(
  buckets: KeyBuckets,
  want: Want,
  isAnew: boolean,
  leastSecs: number,
  movedBefore: number,
  now: number,
): Reservation & { readonly waitSecs: number } {
  const { limits, cost, maxWaitSecs } = want;
  const waiting = buckets.waiting(limits, now);
  const movedSecs = waiting?.movedSecs ?? movedBefore;
  const blockedSecs = blockSecs(buckets, now);
  const debts = buckets.load(limits, now, waiting?.maxWaitSecs);
  const waitSecs = secondsUntilAll(limits, debts, cost, Math.max(blockedSecs, leastSecs));
  const longest = longestWait(maxWaitSecs);
  if (isAnew ? waitSecs === Infinity : waitSecs > longest) {
    const decision = refusedFor(limits, debts, cost, waitSecs, isBlock(blockedSecs) && blockedSecs > longest);
    return { decision, at: now, undo: undefined, waitSecs };
  }
  const written: Written[] = [];
  const others: Undo['others'][number][] = [];
  limits.forEach((limit, i) => {
    const kept = keptOf(buckets, limit, i);
    const tokens = costAt(cost, i);
    if (tokens === 0) {
      others.push({ limit, kept });
      return;
    }
    const debt = reservedDebt(debts[i] as number, waitSecs, limit.restoreRateHz, tokens);
    debts[i] = debt;
    written.push({ limit, before: kept, debt, at: now });
  });
  if (written.length > 0) {
    buckets.keep(limits, now, typeof cost === 'number' ? undefined : i => cost[i] === 0);
    if (waitSecs > 0) {
      buckets.table.waits.set(buckets.keys, {
        maxWaitSecs: Math.max(waiting?.maxWaitSecs ?? 0, longest, waitSecs),
        secs: Math.max(waiting?.secs ?? 0, waitSecs),
        fullSecs: Math.max(
          waiting?.fullSecs ?? 0,
          ...limits.map((limit, i) => (debts[i] as number) / limit.restoreRateHz),
        ),
        at: now,
        movedSecs,
      });
    }
  }
  const then = limits.map(({ restoreRateHz }, i) =>
    Math.max(0, (debts[i] as number) - waitSecs * restoreRateHz),
  );
  const undo: Undo = { written, others, waiting, movedSecs };
  return {
    decision: decided(limits, then, cost, true),
    at: now + waitSecs,
    waitSecs,
    undo: written.length > 0 ? undo : undefined,
  };
}

function withdrawAll(buckets: KeyBuckets, withdrawn: readonly Reservation[], now: number): boolean {
  const asItWas = snapshot(buckets, now);
  for (const { undo } of [...withdrawn].reverse()) {
    if (undo === undefined || withdraw(buckets, undo as Undo, now)) continue;
    restore(buckets, asItWas);
    return false;
  }
  return true;
}

/** Restores what was owed before a reservation, if nothing else has changed it since. */
function withdraw(buckets: KeyBuckets, { written, others, waiting, movedSecs }: Undo, now: number): boolean {
  const current = buckets.table.waits.of(buckets.keys, now);
  const moved = (current?.movedSecs ?? movedSecs) - movedSecs;
  const isUnchanged = written.every(({ limit, debt, at }, i) => {
    const kept = keptOf(buckets, limit, i);
    return kept?.at === at && isSame(kept.debt, debt + moved * limit.restoreRateHz);
  });
  if (!isUnchanged) return false;
  const isLast = others.every(({ limit, kept: before }, i) => {
    const kept = keptOf(buckets, limit, i);
    if (kept === undefined || before === undefined) return kept === before;
    // A block does not move a bucket that is full by then.
    const isMoved = isSame(kept.debt, before.debt + moved * limit.restoreRateHz);
    return kept.at === before.at && (isMoved || isSame(kept.debt, before.debt));
  });
  // If nobody else waited, the block would not have stopped the buckets.
  const stoodStill = isLast && waiting === undefined ? 0 : moved;
  written.forEach(({ limit: { name, restoreRateHz }, before }, i) => {
    const tag = buckets.tags.of(i, name);
    if (before === undefined) buckets.drop(tag);
    else buckets.put(tag, Math.max(0, before.debt + stoodStill * restoreRateHz), before.at, restoreRateHz);
  });
  // Somebody else may wait for the other limits.
  if (!isLast) return true;
  buckets.table.waits.set(
    buckets.keys,
    waiting && {
      maxWaitSecs: waiting.maxWaitSecs + Math.max(0, moved),
      secs: waiting.secs + moved,
      fullSecs: waiting.fullSecs + moved,
      at: waiting.at,
      movedSecs: waiting.movedSecs + moved,
    },
  );
  return true;
}

function isSame(debt: number, expected: number): boolean {
  return Math.abs(debt - expected) <= ROUNDING * Math.max(1, expected);
}

function keptOf({ shard, keys, tags }: KeyBuckets, { name }: Limit, i: number): Kept | undefined {
  const slot = shard.find(keys.low, keys.high, tags.of(i, name));
  return slot === -1 ? undefined : { debt: shard.debtOf(slot), at: shard.atOf(slot) };
}

interface Snapshot {
  readonly slots: readonly (readonly [tag: number, debt: number, at: number, rate: number])[];
  readonly waiting: Waiting | undefined;
}

function snapshot({ shard, keys, table }: KeyBuckets, now: number): Snapshot {
  const slots: [number, number, number, number][] = [];
  for (let slot = shard.first(keys.low, keys.high); slot !== -1; slot = shard.nextOf(slot)) {
    slots.push([shard.tagOf(slot), shard.debtOf(slot), shard.atOf(slot), shard.rateOf(slot)]);
  }
  return { slots, waiting: table.waits.of(keys, now) };
}

function restore(buckets: KeyBuckets, { slots, waiting }: Snapshot): void {
  const { keys } = buckets;
  for (const [tag, debt, at, rate] of slots) {
    buckets.put(tag, debt, at, rate);
    const { shard } = buckets;
    shard.mark(shard.find(keys.low, keys.high, tag), rate);
  }
  buckets.table.waits.set(keys, waiting);
}
