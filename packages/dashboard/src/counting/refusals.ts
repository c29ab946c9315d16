import { RecentRate } from './recentRate.js';

export interface RefusalReport {
  /** The rate per second over ten minutes, the oldest slot first; see {@link RecentRate}. */
  readonly perSecond: readonly number[];
  /** Since counting began. */
  readonly total: number;
}

/** Counts the refusals of one concurrency limit. */
export class Refusals {
  readonly #rate = new RecentRate();
  #total = 0;

  add(now: number): void {
    this.#rate.add(now);
    this.#total++;
  }

  report(now: number): RefusalReport {
    return { perSecond: this.#rate.perSecond(now), total: this.#total };
  }
}
