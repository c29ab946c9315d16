import { areThere, cappedDebt, debtAt, secondsUntilThere } from '../../bucket/debt.js';
import { allowing, refusing } from '../../bucket/decided.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import type { BucketShard } from './bucketShard.js';
import { ROUNDED_DOWN, WORDS } from './bucketSlots.js';

/** The `violated` list of refusals under one limit. Most limiters have one limit, so the list is reused. */
export class Violated {
  #names: readonly string[] = [];

  alone(name: string): readonly string[] {
    if (this.#names[0] !== name) this.#names = Object.freeze([name]);
    return this.#names;
  }
}

/**
 * Decides under one limit on a key that has a bucket for it, if nobody waits on it and it is not blocked. The result is
 * that of `decideAll`. Nearly every decision is like this.
 *
 * It is one flat function for the sake of V8, and repeats `find`, `owed` and `set` of the shard. V8 inlines called
 * functions until 920 bytes of bytecode are reached, in an order that depends on which was called first. For a function
 * that is not inlined, each number that is passed to it or returned becomes an object: a decision then takes 224 bytes
 * instead of 128, and 1.3 times as long, in every second process. A single function is always compiled as a whole.
 * @returns undefined if there is no bucket
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
  // Written as a negation so that NaN is replaced too.
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
