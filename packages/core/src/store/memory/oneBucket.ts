import { areThere, cappedDebt, debtAt, secondsUntilThere } from '../../bucket/debt.js';
import { allowing, refusing } from '../../bucket/decided.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import type { BucketShard } from './bucketShard.js';
import { ROUNDED_DOWN, WORDS } from './bucketSlots.js';

/** What refusals under one limit name. Most limiters have one limit, so it is the same list again and again. */
export class Violated {
  #names: readonly string[] = [];

  alone(name: string): readonly string[] {
    if (this.#names[0] !== name) this.#names = Object.freeze([name]);
    return this.#names;
  }
}

/**
 * Decides under one limit on a key that has a bucket for it, where nobody waits and nothing blocks: as `decideAll` does. That is
 * what nearly every decision is.
 *
 * This is written for V8, as one flat function: `find`, `owed` and `set` of the shard are repeated here. V8 joins a function
 * with what it calls until 920 bytes of bytecode are together, in an order that depends on what was called first. Where a
 * part is left out, each number that goes to it or comes from it becomes an object: 224 bytes for a decision instead of 128,
 * and 1.3 times as long, in every second process. One piece stays together.
 * @returns undefined where there is no bucket
 */
export function decideOne(
  shard: BucketShard,
  low: number,
  high: number,
  tag: number,
  limits: readonly Limit[],
  cost: number,
  taken: number,
  now: number,
  violated: Violated,
): Decision | undefined {
  const { words, doubles } = shard;
  let slot = shard.home(low);
  while (words[slot] !== low || words[slot + 1] !== high || words[slot + 2] !== tag) {
    if (words[slot + 2] === 0) return undefined;
    slot += WORDS;
    if (slot === words.length) slot = 0;
  }
  const { name, capacityMax, restoreRateHz } = limits[0] as Limit;
  const at = (slot >> 1) + 3;
  // Written as a negation so that a NaN is replaced too.
  if (!((doubles[at] as number) <= now)) doubles[at] = now;
  const capped = cappedDebt(doubles[at - 1] as number, capacityMax);
  const debt = debtAt(capped, doubles[at] as number, now, restoreRateHz);
  if (!areThere(capacityMax, debt, cost)) {
    const retryAfterSecs = secondsUntilThere(capacityMax, restoreRateHz, debt, cost);
    return refusing(limits, debt, violated.alone(name), retryAfterSecs);
  }
  if (taken === 0) return allowing(limits, debt);
  const left = Math.max(0, debt + taken);
  doubles[at - 1] = left;
  doubles[at] = now;
  shard.rates[slot + 3] = restoreRateHz * ROUNDED_DOWN;
  return allowing(limits, left);
}
