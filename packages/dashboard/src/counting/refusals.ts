import { RecentRate } from './recentRate.js';

export interface RefusalReport {
  /** A second, over ten minutes, the oldest first; see {@link RecentRate}. */
  readonly perSecond: readonly number[];
  /** Since counting began. */
  readonly total: number;
}

/** How often one concurrency limit has refused a request since this was made. */
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
