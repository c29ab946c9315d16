import { allThere, debtAt, wholeTokens } from './debt.js';
import { type Decision, type DecisionSource, debtsAfter, decided, sourceOf } from './decision.js';
import type { Limit } from './policy.js';

/** How long tokens are held: what is not used by then goes back. */
const HELD_SECS = 1;

/** The time of a key's use that a batch is meant for. */
const BATCH_SECS = 0.1;

/** A request that waits for tokens. */
export interface Waiting {
  readonly cost: number;
  readonly now: number;
  resolve(decision: Decision | Promise<Decision>): void;
  reject(error: unknown): void;
}

/**
 * The tokens of one key, under one set of limits, that this process has taken from a store and not given out yet, and what
 * the store owed when it last answered. Its debts have the held tokens in them, so what others would call the key's debt
 * is those less these.
 */
export class Lease {
  readonly limits: readonly Limit[];
  /** Tokens held. */
  remaining = 0;
  /** Who waits for tokens, first come first. */
  waiting: Waiting[] = [];
  /** Whether somebody is on the way to the store for them. */
  isRefilling = false;
  /** What becomes of tokens that come and nobody waits for. */
  spare: 'kept' | 'givenBack' | 'dropped' = 'kept';
  /** The tick of the store's timer in which it last heard from the store. */
  tick = 0;
  #debts: readonly number[] = [];
  #at = 0;
  /** Tokens given out since the last batch came. */
  #given = 0;

  constructor(limits: readonly Limit[]) {
    this.limits = limits;
  }

  /** Takes `cost` of the tokens held, if there are so many. */
  take(cost: number, now: number): Decision | undefined {
    return cost <= this.remaining && this.isFresh(now) ? this.#give(cost, now, 'lease') : undefined;
  }

  /** Decides as {@link take} would, and takes nothing. A lease that holds nothing does not answer. */
  look(cost: number, now: number): Decision | undefined {
    if (Math.max(cost, 1) > this.remaining || !this.isFresh(now)) return undefined;
    return decided(this.limits, this.#debtsAt(now), cost, true, 'lease');
  }

  /** A decision of the store, on a request that did not come here first, as it is with the tokens held. */
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
   * How many tokens to ask the store for: what those who wait need, however much that is, for they are given it as soon as
   * it comes; or ahead of need as much as was given out in a tenth of a second, at most twice as much as since the last
   * answer, half of what the store has, so that the last ones are left to all, and no more than may be held. Never what the
   * store cannot have, but for `need`.
   */
  batch(need: number, now: number, most: number): number {
    if (this.#debts.length === 0) return need;
    const there = Math.min(
      ...this.limits.map((limit, i) => wholeTokens(limit.capacityMax, this.#storeDebt(i, now))),
    );
    const demand = Math.min(this.demand, there);
    const ahead = this.spare === 'kept' ? Math.min(this.#expected(now), Math.floor(there / 2)) : 0;
    return Math.max(need, demand, Math.min(ahead, most - this.remaining));
  }

  #expected(now: number): number {
    const secs = now - this.#at;
    if (this.#given === 0 || secs < 0) return 1;
    return Math.min(2 * this.#given, Math.ceil((this.#given * BATCH_SECS) / secs));
  }

  /** Tokens that those who wait need beyond what is held. */
  get demand(): number {
    return this.waiting.reduce((sum, { cost }) => sum + cost, -this.remaining);
  }

  /** The store was asked for `n` tokens and has answered. */
  hear(decision: Decision, n: number, now: number): void {
    if (decision.allowed) this.remaining += n;
    this.#debts = debtsAfter(decision);
    this.#at = now;
    this.#given = 0;
  }

  /** All tokens held leave it, to go back to the store. */
  empty(): number {
    const n = this.remaining;
    this.putBack(this.limits, n);
    this.remaining = 0;
    return n;
  }

  /** Somebody put `n` tokens back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#debts = this.#debts.map((debt, i) =>
      limits.some(limit => limit.name === this.limits[i]?.name) ? Math.max(0, debt - n) : debt,
    );
  }

  /**
   * Answers everybody whose request is decided by now, in the order in which they came: with tokens held, or with a refusal
   * where the store's last answer proves that the cost does not fit yet.
   * @param asked the one for whom the store was asked
   * @param source of its answer
   */
  settle(asked: Waiting, source: DecisionSource): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const each of waiting) {
      const decision = this.#settled(each, each === asked ? source : 'lease');
      if (decision === undefined) this.waiting.push(each);
      else each.resolve(decision);
    }
  }

  #settled({ cost, now }: Waiting, source: DecisionSource): Decision | undefined {
    if (cost <= this.remaining) return this.#give(cost, now, source);
    const debts = this.#debtsAt(now);
    return allThere(this.limits, debts, cost) ? undefined : decided(this.limits, debts, cost, false, source);
  }

  #give(cost: number, now: number, source: DecisionSource): Decision {
    this.remaining -= cost;
    this.#given += cost;
    return decided(this.limits, this.#debtsAt(now), cost, true, source);
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
