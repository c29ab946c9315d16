import { allThere, isBlock, wholeTokens } from '../../bucket/debt.js';
import { debtsAfter, decided } from '../../bucket/decided.js';
import { sourceOf } from '../../bucket/decidedRequest.js';
import type { Decision } from '../../bucket/decision.js';
import type { Limit } from '../../bucket/policy.js';
import { LastAnswer } from '../lastAnswer.js';

/** Seconds for which tokens are given out after the store's last answer. The rest then goes back to the store. */
const HELD_SECS = 1;

/** A lease holds about as many tokens as its key uses in this time. */
const AHEAD_SECS = 0.1;

/** A lease smaller than this does not fetch a batch when half is used, but only when no tokens are left. */
const WORTH_HALVING = 4;

/**
 * The tokens of one key, under one set of limits, that this process has taken from a store and not given out yet, and
 * the store's last answer. The debts in its answers include the tokens held here, so without them the key owes that
 * much less.
 */
export class Lease {
  readonly limits: readonly Limit[];
  /** The number of tokens held. */
  remaining = 0;
  /** What happens to tokens that arrive and that no request waits for. */
  spare: 'kept' | 'givenBack' | 'dropped' = 'kept';
  /** The tick of the store's timer at the store's last answer. */
  tick = 0;
  /** How many tokens it last tried to hold; 0 after a refusal, until the store allows a request again. */
  #level = 0;
  #last: LastAnswer | undefined;
  /** Tokens given out since the store was last asked, and the time of that question. */
  #givenOut = 0;
  #since = 0;

  constructor(limits: readonly Limit[]) {
    this.limits = limits;
  }

  /** Takes `cost` of the tokens held, if there are enough and they may still be given out. */
  take(cost: number, now: number): Decision | undefined {
    return cost <= this.remaining && this.isFresh(now) ? this.give(cost, now) : undefined;
  }

  /** Takes `cost` of the tokens held, however old they are. The caller has checked that there are enough. */
  give(cost: number, now: number): Decision {
    this.remaining -= cost;
    this.#givenOut += cost;
    return decided(this.limits, this.#debts(now), cost, true, 'lease');
  }

  /** Decides as {@link take} would, and takes nothing. Returns undefined if no tokens are held. */
  look(cost: number, now: number): Decision | undefined {
    if (Math.max(cost, 1) > this.remaining || !this.isFresh(now)) return undefined;
    return decided(this.limits, this.#debts(now), cost, true, 'lease');
  }

  /** The refusal of a cost that, by the store's last answer, cannot fit yet, not even with the tokens held. */
  refusal(cost: number, now: number): Decision | undefined {
    return this.#last?.refusal(cost, now, 'lease', this.remaining);
  }

  /** The store's decision on a single request, with the tokens held here added. */
  withHeld(decision: Decision, cost: number): Decision {
    if (this.remaining === 0 || decision.blocked) return decision;
    const debts = debtsAfter(decision).map(debt => Math.max(0, debt - this.remaining));
    const allowed = decision.allowed || allThere(this.limits, debts, cost);
    return decided(this.limits, debts, cost, allowed, sourceOf(decision));
  }

  /** Whether tokens may still be given out: they are not too old, the clock did not step back, and the key is not blocked. */
  isFresh(now: number): boolean {
    if (isBlock(this.#last?.blockSecs(now) ?? 0)) return false;
    const age = this.#last?.age(now) ?? -1;
    return age >= 0 && age < HELD_SECS;
  }

  /**
   * Whether a request for `cost` should fetch a batch: if there are not enough tokens, or half of the planned number is
   * used.
   * @param isAhead whether this request does not wait for the batch, which is then only for later requests
   */
  wants(cost: number, now: number, most: number, isAhead: boolean): boolean {
    if (this.#level === 0 || cost > most) return false;
    const isHeld = cost <= this.remaining;
    if (isHeld && (this.#level < WORTH_HALVING || this.remaining - cost > this.#level / 2)) return false;
    return (!isHeld && !isAhead) || this.#target(now, most) > Math.max(cost, this.remaining);
  }

  /**
   * How many tokens to request from the store: what the waiting requests lack, or what is missing to the planned
   * number. At most half of what the store has, so that the last tokens stay available to all processes; 0 if the
   * waiting requests lack more than that.
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

  /**
   * How many tokens to hold: what the key uses in a tenth of a second, at most twice as many as last time, and at most
   * `most`.
   */
  #target(now: number, most: number): number {
    const secs = now - this.#since;
    if (this.#givenOut === 0 || secs < 0) return 1;
    return Math.min(most, 2 * this.#level, Math.ceil((this.#givenOut * AHEAD_SECS) / secs));
  }

  /** Records that a batch of `n` tokens was requested. */
  ask(n: number, now: number, most: number): void {
    this.#level = Math.min(most, this.remaining + n);
    this.#count(0, now);
  }

  /** Records the store's answer to a batch of `n` tokens. */
  hearOfBatch(decision: Decision, n: number, askedAt: number): void {
    if (decision.allowed) this.remaining += n;
    else this.#level = 0;
    this.#learn(decision, askedAt);
  }

  /** Records the store's answer to a single request. */
  hearOfRequest(decision: Decision, cost: number, askedAt: number): void {
    if (!decision.allowed) this.#level = 0;
    else this.#level = Math.max(1, this.#level);
    if (decision.allowed) {
      // Tokens that are requested singly at about the same time count as used together.
      const isLater = askedAt < this.#since || askedAt - this.#since >= AHEAD_SECS;
      this.#count(isLater ? cost : this.#givenOut + cost, isLater ? askedAt : this.#since);
    }
    this.#learn(decision, askedAt);
  }

  /** Records that a batch failed: it is unknown what the store has. */
  lose(): void {
    this.#level = 0;
  }

  /** Removes `n` of the tokens held, which go back to the store. */
  release(n: number): void {
    this.putBack(this.limits, n);
    this.remaining -= n;
  }

  /** Records that `n` tokens were put back into these limits of the key. */
  putBack(limits: readonly Limit[], n: number): void {
    this.#last?.putBack(limits, n);
  }

  #count(givenOut: number, since: number): void {
    this.#givenOut = givenOut;
    this.#since = since;
  }

  #learn(decision: Decision, askedAt: number): void {
    if (this.#last === undefined) this.#last = new LastAnswer(this.limits, decision, askedAt);
    else this.#last.learn(decision, askedAt);
  }

  #debts(now: number): number[] {
    return this.#last?.debts(now, this.remaining) ?? [];
  }
}
