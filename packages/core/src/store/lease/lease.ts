import { allThere, isBlock, wholeTokens } from '../../bucket/debt.js';
import { debtsAfter, decided } from '../../bucket/decided.js';
import { sourceOf } from '../../bucket/decidedRequest.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import { LastAnswer } from '../lastAnswer.js';

/** How long tokens are given out after the store's last answer. Those that are left then go back. */
const HELD_SECS = 1;

/** A lease is meant to hold what its key uses in this time. */
const AHEAD_SECS = 0.1;

/** A lease of fewer tokens than this has no use for a batch when half is gone: it takes one when there are none. */
const WORTH_HALVING = 4;

/**
 * The tokens of one key, under one set of limits, that this process has taken from a store and not given out yet, and what
 * the store said last. The debts in its answers include the tokens held here, so the debt of the key as others would see
 * it is that less what is held.
 */
export class Lease {
  readonly limits: readonly Limit[];
  /** Tokens held. */
  remaining = 0;
  /** What becomes of tokens that arrive and that nobody waits for. */
  spare: 'kept' | 'givenBack' | 'dropped' = 'kept';
  /** The tick of the store's timer in which the store last answered. */
  tick = 0;
  /** How many tokens it last set out to hold; 0 after a refusal, until the store allows a request again. */
  #level = 0;
  #last: LastAnswer | undefined;
  /** Tokens given out since the store was last asked, and when that was. */
  #given = 0;
  #since = 0;

  constructor(limits: readonly Limit[]) {
    this.limits = limits;
  }

  /** Takes `cost` of the tokens held, if there are so many that may still be given out. */
  take(cost: number, now: number): Decision | undefined {
    return cost <= this.remaining && this.isFresh(now) ? this.give(cost, now) : undefined;
  }

  /** Takes `cost` of the tokens held, however old they are. There must be so many. */
  give(cost: number, now: number): Decision {
    this.remaining -= cost;
    this.#given += cost;
    return decided(this.limits, this.#debts(now), cost, true, 'lease');
  }

  /** Decides as {@link take} would, and takes nothing. A lease that holds nothing does not answer. */
  look(cost: number, now: number): Decision | undefined {
    if (Math.max(cost, 1) > this.remaining || !this.isFresh(now)) return undefined;
    return decided(this.limits, this.#debts(now), cost, true, 'lease');
  }

  /** The refusal of a cost that, by the store's last answer, does not fit yet, not even with what is held. */
  refusal(cost: number, now: number): Decision | undefined {
    return this.#last?.refusal(cost, now, 'lease', this.remaining);
  }

  /** A decision of the store on a single request, as it is with the tokens held. */
  withHeld(decision: Decision, cost: number): Decision {
    if (this.remaining === 0 || decision.blocked) return decision;
    const debts = debtsAfter(decision).map(debt => Math.max(0, debt - this.remaining));
    const allowed = decision.allowed || allThere(this.limits, debts, cost);
    return decided(this.limits, debts, cost, allowed, sourceOf(decision));
  }

  /** Whether tokens may still be given out: not after their time, nor after the clock stepped back, nor under a block. */
  isFresh(now: number): boolean {
    if (isBlock(this.#last?.blockSecs(now) ?? 0)) return false;
    const age = this.#last?.age(now) ?? -1;
    return age >= 0 && age < HELD_SECS;
  }

  /**
   * Whether a batch is of use when `cost` is asked for: where that is not held, or half of what was meant to be is gone.
   * @param isAhead whether this request does not wait for the batch, which is then for later ones alone
   */
  wants(cost: number, now: number, most: number, isAhead: boolean): boolean {
    if (this.#level === 0 || cost > most) return false;
    const isHeld = cost <= this.remaining;
    if (isHeld && (this.#level < WORTH_HALVING || this.remaining - cost > this.#level / 2)) return false;
    return (!isHeld && !isAhead) || this.#target(now, most) > Math.max(cost, this.remaining);
  }

  /**
   * How many tokens to ask the store for, on top of what is held: as many as those who wait for it lack, or as many as it
   * is meant to hold. Never more than half of what the store has, so that the last tokens are left to all processes; 0
   * where those who wait lack more than that.
   */
  batch(needed: number, now: number, most: number): number {
    const debts = this.#last?.debts(now) ?? [];
    const halves = this.limits.map(({ capacityMax }, i) =>
      Math.floor(wholeTokens(capacityMax, debts[i] as number) / 2),
    );
    const half = Math.min(...halves);
    const lacking = needed - this.remaining;
    if (lacking > half) return 0;
    return Math.max(0, Math.min(half, Math.max(lacking, this.#target(now, most) - this.remaining)));
  }

  /** How many tokens to hold: what the key uses in a tenth of a second, at most twice as many as last time, and `most`. */
  #target(now: number, most: number): number {
    const secs = now - this.#since;
    if (this.#given === 0 || secs < 0) return 1;
    return Math.min(most, 2 * this.#level, Math.ceil((this.#given * AHEAD_SECS) / secs));
  }

  /** A batch of `n` tokens leaves for the store. */
  ask(n: number, now: number, most: number): void {
    this.#level = Math.min(most, this.remaining + n);
    this.#count(0, now);
  }

  /** The store has answered a batch of `n` tokens. */
  hearOfBatch(decision: Decision, n: number, askedAt: number): void {
    if (decision.allowed) this.remaining += n;
    else this.#level = 0;
    this.#hear(decision, askedAt);
  }

  /** The store has answered a single request. */
  hearOfRequest(decision: Decision, cost: number, askedAt: number): void {
    if (!decision.allowed) this.#level = 0;
    else this.#level = Math.max(1, this.#level);
    if (decision.allowed) {
      // Tokens that are asked for one by one count as used together with those around them.
      const isLater = askedAt < this.#since || askedAt - this.#since >= AHEAD_SECS;
      this.#count(isLater ? cost : this.#given + cost, isLater ? askedAt : this.#since);
    }
    this.#hear(decision, askedAt);
  }

  /** A batch failed: nobody knows what the store has. */
  lose(): void {
    this.#level = 0;
  }

  /** `n` of the tokens held leave the lease and go back to the store. */
  release(n: number): void {
    this.putBack(this.limits, n);
    this.remaining -= n;
  }

  /** Somebody put `n` tokens back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#last?.putBack(limits, n);
  }

  #count(given: number, since: number): void {
    this.#given = given;
    this.#since = since;
  }

  #hear(decision: Decision, askedAt: number): void {
    if (this.#last === undefined) this.#last = new LastAnswer(this.limits, decision, askedAt);
    else this.#last.hear(decision, askedAt);
  }

  #debts(now: number): number[] {
    return this.#last?.debts(now, this.remaining) ?? [];
  }
}
