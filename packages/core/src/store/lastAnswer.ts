import { allThere, type Cost, debtAt, isBlock } from '../bucket/debt.js';
import { debtsAfter, decided } from '../bucket/decided.js';
import { blockSecsOf } from '../bucket/decidedRequest.js';
import type { Decision, DecisionSource } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/**
 * A store's last answer about one key under some limits: what each limit owed at that moment. It drains here as it does
 * in the store. The time of an answer is the time of its question, so the debts are rather too low, by one round trip,
 * than too high. They do not include what other processes took since.
 */
export class LastAnswer {
  readonly limits: readonly Limit[];
  #debts: readonly number[];
  #at: number;
  #blockSecs: number;

  constructor(limits: readonly Limit[], decision: Decision, askedAt: number) {
    this.limits = limits;
    this.#debts = debtsAfter(decision);
    this.#blockSecs = blockSecsOf(decision);
    this.#at = askedAt;
  }

  /** Records another answer of the store. */
  learn(decision: Decision, askedAt: number): void {
    this.#debts = debtsAfter(decision);
    this.#blockSecs = blockSecsOf(decision);
    this.#at = askedAt;
  }

  /** Seconds since the question; negative after the clock stepped back. */
  age(now: number): number {
    return now - this.#at;
  }

  /**
   * What each limit owes now if nobody else took any tokens.
   * @param held tokens that were taken from the store and are not given out yet
   */
  debts(now: number, held = 0): number[] {
    return this.limits.map(({ restoreRateHz }, i) =>
      Math.max(0, debtAt(this.#debts[i] as number, this.#at, now, restoreRateHz) - held),
    );
  }

  /**
   * The refusal of a cost that, by this answer, cannot fit yet; else undefined. After the clock stepped back, nothing
   * is known.
   */
  refusal(cost: Cost, now: number, source: DecisionSource, held = 0): Decision | undefined {
    if (now < this.#at) return undefined;
    const debts = this.debts(now, held);
    const blockSecs = this.blockSecs(now);
    if (!isBlock(blockSecs) && allThere(this.limits, debts, cost)) return undefined;
    return decided(this.limits, debts, cost, false, source, blockSecs);
  }

  /** Seconds for which the key is still blocked. */
  blockSecs(now: number): number {
    return debtAt(this.#blockSecs, this.#at, now, 1);
  }

  /** Records that `n` tokens were put back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#debts = this.#debts.map((debt, i) =>
      limits.some(limit => limit.name === this.limits[i]?.name) ? Math.max(0, debt - n) : debt,
    );
  }
}
