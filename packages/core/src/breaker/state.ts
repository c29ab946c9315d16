import { areThere, debtAt, SLACK } from '../bucket/debt.js';
import type { CallOutcome, CircuitState } from './events.js';
import type { BreakerSettings } from './options.js';

/**
 * The state of a circuit breaker and all its arithmetic, without clock, events or calls: the time is an argument. It
 * starts closed and full. Call {@link see} with the time before any other method that takes it.
 *
 * A breaker is a bucket of `errorThreshold` tokens. Failures take tokens, and the bucket regains all of them in
 * `timeWindowSecs`. With less than one token left it is recovering: the cool-down is debt, which lasts until there is
 * one token. A probe pays in advance as if it had failed. So a probe that never settles counts as failed, and nothing
 * waits for it.
 */
export class BreakerState {
  readonly #settings: BreakerSettings;
  /** The tokens that are missing: from `errorThreshold` in a closed breaker, from 1 in a recovering one. */
  #debt = 0;
  #at = 0;
  #recovering = false;
  /** The length of the cool-down: counts the trip, each failed probe, and each probe that has not settled. */
  #level = 0;
  /** Counts trips, failed probes, closings and resets. */
  #epoch = 0;
  /** The time at which this epoch began. */
  #since = 0;
  #successes = 0;
  /** Whether this epoch has had a probe. After the first, a probe is under way or due until one fails or enough succeed. */
  #isProbed = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
  }

  /** The epoch in which a call begins. Its outcome changes nothing in a later epoch. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Whether it is closed, always full, and has no level to forget. Then neither time nor successes change anything. */
  get isUntouched(): boolean {
    return !this.#recovering && this.#level === 0 && this.#debt === 0;
  }

  /** Whether a new breaker would do exactly the same from `now` on. */
  isLikeNew(now: number): boolean {
    return !this.#recovering && this.#level === 0 && this.#debtAt(now) === 0;
  }

  /** Whether it is open or half-open. */
  get isRecovering(): boolean {
    return this.#recovering;
  }

  /** Seconds until the debt has drained if nothing else happens. */
  secondsUntilFull(now: number): number {
    return this.#debtAt(now) / this.#settings.restoreRateHz;
  }

  /** Updates the state to `now`. If the clock stepped back, nothing drains. A level that is old enough is forgotten. */
  see(now: number): void {
    if (this.#at > now) {
      this.#since -= this.#at - now;
      this.#at = now;
    }
    // The window is shortened by a billionth, because readings of a clock are rounded.
    const isOld = now - this.#since >= this.#settings.timeWindowSecs * (1 - 1e-9);
    if (isOld && !this.#recovering) this.#level = 0;
  }

  stateAt(now: number): CircuitState {
    if (!this.#recovering) return 'closed';
    return this.#isProbed || this.secondsUntilAllowing(now) === 0 ? 'halfOpen' : 'open';
  }

  /** Seconds until a call would be admitted if nothing else happens; 0 if one would be now. */
  secondsUntilAllowing(now: number): number {
    if (!this.#recovering) return 0;
    // The debt of a short cool-down can be smaller than the usual slack, so the slack shrinks with it.
    const slack = Math.min(SLACK, 1e-6 * this.#debt);
    const debt = this.#debtAt(now);
    return debt <= slack ? 0 : debt / this.#settings.restoreRateHz;
  }

  /** Records that a call begins; it is a probe if the breaker is recovering. The caller has checked that it is admitted. */
  enter(now: number): void {
    if (!this.#recovering) return;
    this.#isProbed = true;
    this.#level += 1;
    this.#owe(this.#cooldownDebt(), now);
  }

  /** Records how a call that began in `epoch` ended. */
  settle(epoch: number, outcome: CallOutcome, now: number): void {
    if (epoch !== this.#epoch) return;
    if (outcome === 'failure') this.#fail(now);
    else if (this.#recovering) this.#giveBack(outcome, now);
    else if (outcome === 'success') this.succeedWhileClosed(epoch);
  }

  /**
   * Records that a call that began in `epoch` succeeded. A closed breaker does not need the time for that, since the
   * order of draining debt and giving it back does not matter.
   * @returns false if the breaker is not closed; then nothing was recorded
   */
  succeedWhileClosed(epoch: number): boolean {
    if (this.#recovering) return false;
    if (this.#debt > 0 && epoch === this.#epoch) {
      this.#debt = Math.max(0, this.#debt - this.#settings.tokensPerSuccess);
    }
    return true;
  }

  /**
   * Opens the breaker, or starts its cool-down again. Probes that have not settled have failed.
   * @param secs the length of this cool-down, in place of the one that follows from the level; may be Infinity
   */
  trip(now: number, secs?: number): void {
    if (!this.#recovering) this.#level += 1;
    this.#begin(true, now);
    if (secs !== undefined) this.#owe(this.#settings.restoreRateHz * secs, now);
  }

  /** Closes the breaker with a full bucket and resets the level. */
  reset(now: number): void {
    this.#level = 0;
    this.#begin(false, now);
  }

  #fail(now: number): void {
    if (!this.#recovering) this.#owe(this.#debtAt(now) + 1, now);
    if (this.#recovering || !areThere(this.#settings.errorThreshold, this.#debt, 1)) this.trip(now);
  }

  /** Returns to a probe that did not fail what it paid in advance. */
  #giveBack(outcome: 'success' | 'ignored', now: number): void {
    this.#level -= 1;
    this.#owe(0, now);
    if (outcome === 'success') this.#successes += 1;
    if (this.#successes >= this.#settings.probeSuccesses) this.#begin(false, now);
  }

  #begin(recovering: boolean, now: number): void {
    this.#recovering = recovering;
    this.#epoch += 1;
    this.#since = now;
    this.#successes = 0;
    this.#isProbed = false;
    this.#owe(recovering ? this.#cooldownDebt() : 0, now);
  }

  /** The debt that drains within the cool-down of the current level. */
  #cooldownDebt(): number {
    const { cooldownSecs, cooldownBackoff, cooldownMaxSecs, jitter, restoreRateHz } = this.#settings;
    const secs = Math.min(cooldownMaxSecs, cooldownSecs * cooldownBackoff ** (this.#level - 1));
    return restoreRateHz * secs * (1 + jitter * Math.random());
  }

  #owe(debt: number, now: number): void {
    this.#debt = debt;
    this.#at = now;
  }

  #debtAt(now: number): number {
    return debtAt(this.#debt, this.#at, now, this.#settings.restoreRateHz);
  }
}
