import { allThere, debtAt, wholeTokens } from '../../bucket/debt.js';
import { type Decision, debtsAfter, decided, sourceOf } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';

/** How long tokens are held: what is not used by then goes back. */
const HELD_SECS = 1;

/** The time of a key's use that a lease is meant to hold. */
const AHEAD_SECS = 0.1;

/** Below this many tokens, half of them are no use ahead: a batch is taken when there are none. */
const WORTH_HALVING = 4;

/**
 * The tokens of one key, under one set of limits, that this process has taken from a store and not given out yet, and what
 * the store owed when it last answered. Its debts have the held tokens in them, so what others would call the key's debt
 * is those less these.
 */
export class Lease {
  readonly limits: readonly Limit[];
  /** Tokens held. */
  remaining = 0;
  /** What becomes of tokens that come and nobody waits for. */
  spare: 'kept' | 'givenBack' | 'dropped' = 'kept';
  /** The tick of the store's timer in which it last heard from the store. */
  tick = 0;
  /** How many tokens it last set out to hold; 0 after a refusal, until the store allows one request again. */
  #level = 0;
  #debts: readonly number[] = [];
  #at = 0;
  /** Tokens given out since the store was last asked, and when that was. */
  #given = 0;
  #since = 0;

  constructor(limits: readonly Limit[]) {
    this.limits = limits;
  }

  /** Takes `cost` of the tokens held, if there are so many. */
  take(cost: number, now: number): Decision | undefined {
    return cost <= this.remaining && this.isFresh(now) ? this.give(cost, now) : undefined;
  }

  /** Takes `cost` of the tokens held, however old they are. There must be so many. */
  give(cost: number, now: number): Decision {
    this.remaining -= cost;
    this.#given += cost;
    return decided(this.limits, this.#debtsAt(now), cost, true, 'lease');
  }

  /** Decides as {@link take} would, and takes nothing. A lease that holds nothing does not answer. */
  look(cost: number, now: number): Decision | undefined {
    if (Math.max(cost, 1) > this.remaining || !this.isFresh(now)) return undefined;
    return decided(this.limits, this.#debtsAt(now), cost, true, 'lease');
  }

  /** The refusal of a cost that the store's last answer proves not to fit yet, not even with what is held. */
  refusal(cost: number, now: number): Decision | undefined {
    const debts = this.#debtsAt(now);
    return allThere(this.limits, debts, cost) ? undefined : decided(this.limits, debts, cost, false, 'lease');
  }

  /** A decision of the store, on a request that it was asked for alone, as it is with the tokens held. */
  seen(decision: Decision, cost: number): Decision {
    if (this.remaining === 0) return decision;
    const debts = debtsAfter(decision).map(debt => Math.max(0, debt - this.remaining));
    const allowed = decision.allowed || allThere(this.limits, debts, cost);
    return decided(this.limits, debts, cost, allowed, sourceOf(decision));
  }

  /** Whether tokens may still be given out: not after their time, and not after the clock stepped back. */
  isFresh(now: number): boolean {
    return this.#debts.length > 0 && now >= this.#at && now - this.#at < HELD_SECS;
  }

  /**
   * Whether a batch is of use when `cost` is asked for: where that is not held, or half of what was meant to be is gone.
   * @param isAhead whether this request does not wait for it, so that it is for later ones alone
   */
  wants(cost: number, now: number, most: number, isAhead: boolean): boolean {
    if (this.#level === 0 || cost > most) return false;
    const isHeld = cost <= this.remaining;
    if (isHeld && (this.#level < WORTH_HALVING || this.remaining - cost > this.#level / 2)) return false;
    return (!isHeld && !isAhead) || this.#target(now, most) > Math.max(cost, this.remaining);
  }

  /**
   * How many tokens to ask the store for, on top of what is held: what those who wait for it need, or as many as hold what
   * the key uses in a tenth of a second, at most twice as much as last time and `most`. Never more than half of what the
   * store has, so that the last ones are left to all: 0 where those who wait need more than that.
   */
  batch(needed: number, now: number, most: number): number {
    const half = Math.min(
      ...this.limits.map((limit, i) =>
        Math.floor(wholeTokens(limit.capacityMax, this.#storeDebt(i, now)) / 2),
      ),
    );
    const lacking = needed - this.remaining;
    if (lacking > half) return 0;
    return Math.max(0, Math.min(half, Math.max(lacking, this.#target(now, most) - this.remaining)));
  }

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

  /** The store was asked for a batch of `n` tokens and has answered. */
  hear(decision: Decision, n: number, askedAt: number): void {
    if (decision.allowed) this.remaining += n;
    else this.#level = 0;
    this.#learn(decision, askedAt);
  }

  /** The store was asked for one request alone and has answered. */
  hearAlone(decision: Decision, cost: number, askedAt: number): void {
    if (!decision.allowed) this.#level = 0;
    else this.#level = Math.max(1, this.#level);
    if (decision.allowed) {
      // Those that are asked for one by one are of the same use as those around them.
      const isLater = askedAt < this.#since || askedAt - this.#since >= AHEAD_SECS;
      this.#count(isLater ? cost : this.#given + cost, isLater ? askedAt : this.#since);
    }
    this.#learn(decision, askedAt);
  }

  /** A batch failed: nobody knows what the store has. */
  lose(): void {
    this.#level = 0;
  }

  #count(given: number, since: number): void {
    this.#given = given;
    this.#since = since;
  }

  #learn(decision: Decision, askedAt: number): void {
    this.#debts = debtsAfter(decision);
    this.#at = askedAt;
  }

  /** So many of the tokens held leave it, to go back to the store. */
  putBackHeld(n: number): void {
    this.putBack(this.limits, n);
    this.remaining -= n;
  }

  /** Somebody put `n` tokens back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#debts = this.#debts.map((debt, i) =>
      limits.some(limit => limit.name === this.limits[i]?.name) ? Math.max(0, debt - n) : debt,
    );
  }

  /** What the store would say now that a limit owes, had nobody else asked it. */
  #storeDebt(i: number, now: number): number {
    return debtAt(this.#debts[i] as number, this.#at, now, (this.limits[i] as Limit).restoreRateHz);
  }

  #debtsAt(now: number): number[] {
    const debts: number[] = [];
    for (let i = 0; i < this.limits.length; i++)
      debts.push(Math.max(0, this.#storeDebt(i, now) - this.remaining));
    return debts;
  }
}
