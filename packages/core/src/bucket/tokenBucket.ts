import { asObjectWith, knownOptions, whole } from '../base/check.js';
import { type Clock, MonotonicClock, readingOf } from '../base/clock.js';
import { areThere, debtAt, secondsUntilThere, wholeTokens } from './debt.js';
import { type BucketPolicy, checkPolicy } from './policy.js';

/**
 * A token bucket: holds up to `capacityMax` tokens and regains `restoreRateHz` of them a second, continuously and
 * without a timer. It starts full. While the clock only moves forward, at most `capacityMax + restoreRateHz · L +
 * 0.001` tokens are given out in any interval of L seconds.
 *
 * | To | Use |
 * | --- | --- |
 * | admit or refuse | {@link tryTake} |
 * | look, and take nothing | {@link hasTokensLeft}, {@link capacityCurrent} |
 * | wait | {@link secondsUntil}, then {@link tryTake}; if several callers wait, `wait` of a RateLimiter, which keeps their order |
 * | charge a cost that is known afterwards | {@link take}: as many tokens as there are |
 * | give back | {@link fill} |
 * | block | `block` of a RateLimiter |
 *
 * Every `n` is a whole number of at least 1; anything else is a TypeError or RangeError and changes nothing.
 *
 * Debt is a double. A decision rounds it by at most `capacityMax` · 2^-51 tokens, up or down. In a million decisions
 * that is less than one token for capacities up to 1e9, and at most a few hundred for the largest, 1e12.
 *
 * Source: the token bucket as a meter, as in ITU-T I.371 and golang.org/x/time/rate, stored as debt instead of tokens.
 *
 * @example
 * const bucket = new TokenBucket({ capacityMax: 20, restoreRateHz: 5 });
 * if (!bucket.tryTake()) await setTimeout(bucket.secondsUntil() * 1000);
 */
export class TokenBucket {
  readonly capacityMax: number;
  readonly restoreRateHz: number;
  readonly #clock: Clock;
  #debt = 0;
  #at: number;

  constructor(options: BucketPolicy & { readonly clock?: Clock | undefined }) {
    knownOptions('TokenBucket', options, ['capacityMax', 'restoreRateHz', 'clock']);
    checkPolicy('TokenBucket', options);
    const { capacityMax, restoreRateHz, clock = new MonotonicClock() } = options;
    this.capacityMax = capacityMax;
    this.restoreRateHz = restoreRateHz;
    this.#clock = asObjectWith('TokenBucket: clock', clock, ['secondsSinceEpoch']);
    this.#at = readingOf(this.#clock);
  }

  /** Takes up to `n` whole tokens and returns the shortage, the part of `n` that was missing. A fraction stays. */
  take(n = 1): number {
    whole('TokenBucket: n', n, 1);
    const now = this.#now();
    const debt = this.#debtAt(now);
    const taken = Math.min(n, wholeTokens(this.capacityMax, debt));
    if (taken > 0) this.#set(debt + taken, now);
    return n - taken;
  }

  /** Puts `n` tokens back and returns the overflow, `max(0, whole tokens before + n − capacityMax)`. */
  fill(n = 1): number {
    whole('TokenBucket: n', n, 1);
    const now = this.#now();
    const debt = this.#debtAt(now);
    const overflow = Math.max(0, wholeTokens(this.capacityMax, debt) + n - this.capacityMax);
    this.#set(Math.max(0, debt - n), now);
    return overflow;
  }

  /** Whether there are `n` tokens now. Takes none. */
  hasTokensLeft(n = 1): boolean {
    whole('TokenBucket: n', n, 1);
    return areThere(this.capacityMax, this.#debtAt(this.#now()), n);
  }

  /** Takes `n` tokens if there are that many, and returns whether it did. A refusal takes nothing. */
  tryTake(n = 1): boolean {
    whole('TokenBucket: n', n, 1);
    const now = this.#now();
    const debt = this.#debtAt(now);
    if (!areThere(this.capacityMax, debt, n)) return false;
    this.#set(debt + n, now);
    return true;
  }

  /** Seconds until there are `n` tokens if nobody takes any: 0 if there are, Infinity if `n` > `capacityMax`. */
  secondsUntil(n = 1): number {
    whole('TokenBucket: n', n, 1);
    return secondsUntilThere(this.capacityMax, this.restoreRateHz, this.#debtAt(this.#now()), n);
  }

  /** The whole tokens that are there now. */
  get capacityCurrent(): number {
    return wholeTokens(this.capacityMax, this.#debtAt(this.#now()));
  }

  /** Reads the clock. If it stepped back, the debt stays and drains from the new reading. */
  #now(): number {
    const now = readingOf(this.#clock);
    if (this.#at > now) this.#at = now;
    return now;
  }

  #debtAt(now: number): number {
    return debtAt(this.#debt, this.#at, now, this.restoreRateHz);
  }

  #set(debt: number, at: number): void {
    this.#debt = debt;
    this.#at = at;
  }
}
