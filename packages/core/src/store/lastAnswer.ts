import { allThere, type Cost, debtAt, isBlock } from '../bucket/debt.js';
import { debtsAfter, decided } from '../bucket/decided.js';
import { blockSecsOf } from '../bucket/decidedRequest.js';
import type { Decision, DecisionSource } from '../bucket/decision.js';
import type { Limit } from '../bucket/policy.js';

/**
 * What a store last said of one key under some limits: what each limit owed at that moment, which drains from there as it
 * does in the store. The moment of an answer is that of its question, so these debts are a round trip too low rather than
 * too high. What other processes took since is not in them.
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

  /** The store has answered once more. */
  hear(decision: Decision, askedAt: number): void {
    this.#debts = debtsAfter(decision);
    this.#blockSecs = blockSecsOf(decision);
    this.#at = askedAt;
  }

  /** Seconds since it was asked; below 0 after the clock stepped back. */
  age(now: number): number {
    return now - this.#at;
  }

  /**
   * What each limit owes now if nobody else took any.
   * @param held tokens that were taken from the store and are not given out yet
   */
  debts(now: number, held = 0): number[] {
    return this.limits.map(({ restoreRateHz }, i) =>
      Math.max(0, debtAt(this.#debts[i] as number, this.#at, now, restoreRateHz) - held),
    );
  }

  /** The refusal of a cost that this answer proves not to fit yet. After a step back of the clock it proves nothing. */
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

  /** Somebody put `n` tokens back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#debts = this.#debts.map((debt, i) =>
      limits.some(limit => limit.name === this.limits[i]?.name) ? Math.max(0, debt - n) : debt,
    );
  }
}
