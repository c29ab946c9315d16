import type { Limit } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { limit, tokensOf, type Using } from './opened.js';

/** The unit of the model is a millionth: at whole rates, a millionth of a second restores that many millionths of a token. */
const MILLION = 1_000_000;
const SLACK = 1000;

/** One bucket in whole millionths of a token and of a second, without rounding. */
class CountedBucket {
  #debt = 0;
  #at = 0;
  #rate = 0;

  debt({ capacityMax, restoreRateHz }: Limit, now: number): number {
    if (this.#at > now) this.#at = now;
    const counted = Math.min(this.#debt, capacityMax * MILLION + SLACK);
    return Math.max(0, counted - (now - this.#at) * restoreRateHz);
  }

  has(limit: Limit, n: number, now: number): boolean {
    return limit.capacityMax * MILLION - this.debt(limit, now) >= n * MILLION - SLACK;
  }

  /** Takes `n` tokens; a negative `n` gives them back. */
  take(limit: Limit, n: number, now: number): void {
    this.#debt = Math.max(0, this.debt(limit, now) + n * MILLION);
    this.#at = now;
    this.#rate = limit.restoreRateHz;
  }

  /** Whether it is full, so that a store may have forgotten it, and its debt cannot come back if the clock steps back. */
  isForgettable(now: number): boolean {
    return this.#debt > 0 && this.#debt <= (now - this.#at) * this.#rate;
  }

  wholeTokens(limit: Limit, now: number): number {
    return Math.max(0, Math.floor((limit.capacityMax * MILLION - this.debt(limit, now) + SLACK) / MILLION));
  }
}

/** Random whole numbers below a bound, from a seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Times are whole 64ths of a second and rates are whole, so that no decision depends on the last bit of a double: a bucket is
 * never within rounding of the slack. Rates never change, since a store may forget a bucket that is full at its rate.
 */
const LIMITS: readonly (readonly Limit[])[] = [
  [limit('burst', 5, 2), limit('long', 40, 1)],
  [limit('long', 40, 1), limit('burst', 5, 2)],
  [limit('burst', 5, 2)],
  [limit('long', 90, 1), limit('extra', 7, 3)],
  [limit('long', 12, 1)],
];

/** In long runs of operations in any order, the store decides as the model does. */
export function modelContract(using: Using): void {
  describe('compared with a model that counts', () => {
    test.each([1, 2, 3, 4])('every decision is the same, run %d', seed =>
      using(async opened => {
        const below = seeded(seed);
        const keys = ['one', 'two', 'three'];
        const model = new Map<string, Map<string, CountedBucket>>();
        let now = 0;
        const bucketOf = (key: string, name: string) => {
          const buckets = model.get(key) ?? new Map<string, CountedBucket>();
          const bucket = buckets.get(name) ?? new CountedBucket();
          model.set(key, buckets.set(name, bucket));
          return bucket;
        };
        for (let i = 0; i < 500; i++) {
          const key = keys[below(keys.length)] as string;
          const limits = LIMITS[below(LIMITS.length)] as readonly Limit[];
          const buckets = limits.map(each => [each, bucketOf(key, each.name)] as const);
          const action = below(20);
          if (action < 6) {
            const all = [...model.values()].flatMap(each => [...each.values()]);
            const mayStepBack = !all.some(bucket => bucket.isForgettable(now));
            const steps = action === 0 && mayStepBack ? -below(200) : below(action === 1 ? 4000 : 40);
            now += (steps * MILLION) / 64;
            await opened.advanceBy(steps / 64);
          } else if (action === 6 && below(4) === 0) {
            model.delete(key);
            await opened.reset(key);
          } else if (action < 9) {
            const n = 1 + below(6);
            for (const [each, bucket] of buckets) bucket.take(each, -n, now);
            await opened.refund(limits, n, key);
          } else {
            const isPeek = action < 12;
            const cost = below(7);
            const violated = buckets.filter(([each, bucket]) => cost > 0 && !bucket.has(each, cost, now));
            const decision = await (isPeek
              ? opened.peek(limits, cost, key)
              : opened.check(limits, cost, key));
            if (!isPeek && violated.length === 0 && cost > 0) {
              for (const [each, bucket] of buckets) bucket.take(each, cost, now);
            }
            const { allowed } = decision;
            expect(
              { allowed, violated: decision.violated, tokens: tokensOf(decision) },
              `step ${i}: ${isPeek ? 'peek' : 'check'} of ${cost} by ${key}`,
            ).toEqual({
              allowed: violated.length === 0,
              violated: violated.map(([each]) => each.name),
              tokens: buckets.map(([each, bucket]) => bucket.wholeTokens(each, now)),
            });
          }
        }
      })(),
    );
  });
}
