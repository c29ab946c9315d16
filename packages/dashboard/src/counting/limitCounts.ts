import type { DecisionMessage, DecisionSource, StoreErrorMessage } from '@breaking/core';
import { BlockedKeys } from './blockedKeys.js';
import { RecentRate } from './recentRate.js';
import { type Counted, SpaceSaving } from './spaceSaving.js';
import { type StoreReport, StoreState } from './storeState.js';

/** How many keys are counted at once. */
const COUNTERS = 100;
/** How many keys are reported. */
const TOLD_KEYS = 10;
/** After this time, counting the most refused keys starts again. Counts before that are forgotten at the next start. */
const TURN_SECS = 600;

export const RESULTS = ['allowed', 'refused', 'wouldRefuse'] as const;
export type Result = (typeof RESULTS)[number];

export interface RefusedKey extends Counted {
  /** How long it is still blocked, null for a block without end; absent if it is not blocked. */
  readonly blockedForSecs?: number | null;
}

export interface LimitReport {
  /** How often each result occurred per second, over ten minutes, the oldest first; see {@link RecentRate}. */
  readonly perSecond: Readonly<Record<Result, readonly number[]>>;
  /** Since counting began. */
  readonly totals: Readonly<Record<Result, number>>;
  readonly sources: Readonly<Partial<Record<DecisionSource, number>>>;
  /** The keys with the most refusals, including those of a shadow limit, in the last ten to twenty minutes. */
  readonly refusedKeys: readonly RefusedKey[];
  /** Absent if the store has never failed. */
  readonly store?: StoreReport;
}

/** Counts the decisions of one rate limit, in a fixed amount of memory. */
export class LimitCounts {
  readonly #rates = new Map(RESULTS.map(result => [result, new RecentRate()]));
  readonly #totals: Record<Result, number> = { allowed: 0, refused: 0, wouldRefuse: 0 };
  readonly #sources: Partial<Record<DecisionSource, number>> = {};
  readonly #store = new StoreState();
  readonly #blocked = new BlockedKeys();
  #refused = new SpaceSaving(COUNTERS);
  #refusedBefore = new SpaceSaving(COUNTERS);
  #turnedAt: number;

  /** @param now a reading of the clock, of which all later times are readings too */
  constructor(now: number) {
    this.#turnedAt = now;
  }

  count({ key, decision, enforced, source }: DecisionMessage, now: number): void {
    const result = decision.allowed ? 'allowed' : enforced ? 'refused' : 'wouldRefuse';
    this.#rates.get(result)?.add(now);
    this.#totals[result]++;
    this.#sources[source] = (this.#sources[source] ?? 0) + 1;
    this.#store.answered(source);
    this.#blocked.record(key, decision.blocked ? decision.retryAfterSecs : 0, now);
    if (decision.allowed) return;
    this.#turn(now);
    this.#refused.add(key);
  }

  storeFailed(message: StoreErrorMessage, now: number): void {
    this.#store.failed(message, now);
  }

  /** Records that a viewer has blocked a key, or ended its block (0). Decisions show that only once the key is used again. */
  blocked(key: string, secs: number, now: number): void {
    this.#blocked.record(key, secs, now);
  }

  report(now: number): LimitReport {
    this.#turn(now);
    const store = this.#store.report(now);
    const rates = [...this.#rates].map(([result, rate]) => [result, rate.perSecond(now)]);
    return {
      perSecond: Object.fromEntries(rates) as LimitReport['perSecond'],
      totals: { ...this.#totals },
      sources: { ...this.#sources },
      refusedKeys: this.#refusedKeys(now),
      ...(store && { store }),
    };
  }

  /** Old refusals do not show which keys the limit refuses now. */
  #turn(now: number): void {
    const turns = Math.floor((now - this.#turnedAt) / TURN_SECS);
    if (turns < 1) return;
    this.#refusedBefore = turns === 1 ? this.#refused : new SpaceSaving(COUNTERS);
    this.#refused = new SpaceSaving(COUNTERS);
    this.#turnedAt += turns * TURN_SECS;
  }

  #refusedKeys(now: number): readonly RefusedKey[] {
    const sums = new Map<string, Counted>();
    for (const sketch of [this.#refusedBefore, this.#refused]) {
      for (const { key, count, error } of sketch.top(COUNTERS)) {
        const before = sums.get(key);
        sums.set(key, { key, count: count + (before?.count ?? 0), error: error + (before?.error ?? 0) });
      }
    }
    const most = [...sums.values()].sort((a, b) => b.count - a.count).slice(0, TOLD_KEYS);
    return most.map(counted => {
      const secs = this.#blocked.secsOf(counted.key, now);
      if (secs === undefined) return counted;
      return { ...counted, blockedForSecs: Number.isFinite(secs) ? secs : null };
    });
  }
}
