import { readingOf } from '../base/clock.js';
import {
  type CallOutcome,
  type CircuitState,
  hasCallListeners,
  publishCall,
  publishTransition,
} from './events.js';
import type { BreakerSettings } from './options.js';
import { countsIfSlow, outcomeOf } from './outcome.js';
import { Admission, type Admitter, type CallEnd, type Probe } from './permit.js';
import { BreakerState } from './state.js';

/** Probes of one epoch that can report a result before they have ended. */
interface AskedProbes {
  readonly epoch: number;
  readonly probes: Probe[];
}

/**
 * The inside of a circuit breaker: its state, its clock, the calls under way, and its events. It admits calls and
 * records their outcomes. It does not deal with functions and promises.
 */
export class Circuit implements Admitter {
  readonly name: string;
  readonly key: string | undefined;
  readonly settings: BreakerSettings;
  readonly #state: BreakerState;
  /** Whether a slow call counts as a failure. */
  readonly #judgesTime: boolean;
  /** Whether a call that succeeded can still count as a failure. */
  readonly #judgesSuccess: boolean;
  /** The state that was last published. */
  #noticed: CircuitState = 'closed';
  /** Calls that were admitted and whose outcome is not known yet. */
  #underWay = 0;
  /** The admission that calls of the current epoch share. */
  #shared: Admission | undefined;
  #askedProbes: AskedProbes | undefined;

  constructor(settings: BreakerSettings, key = settings.key) {
    this.name = settings.name;
    this.key = key;
    this.settings = settings;
    this.#state = new BreakerState(settings);
    this.#judgesTime = settings.slowCallSecs < Number.POSITIVE_INFINITY;
    this.#judgesSuccess = this.#judgesTime || settings.isFailedResult !== undefined;
  }

  /** Admits a call, or returns the seconds until a call would be admitted. */
  admit(): Admission | number {
    const isTimed = this.#judgesTime || hasCallListeners();
    // A closed breaker always admits, and reading the clock costs more than everything else here.
    if (!this.#state.isRecovering)
      return this.#admission(isTimed ? readingOf(this.settings.clock) : undefined);
    const now = this.look();
    const retryAfterSecs = this.#state.secondsUntilAllowing(now);
    if (retryAfterSecs > 0) {
      publishCall(this, 'refused');
      return retryAfterSecs;
    }
    this.#state.enter(now);
    const admission = this.#admission(isTimed ? now : undefined);
    this.#notice(now);
    return admission;
  }

  settle(admission: Admission, end: CallEnd, value?: unknown, callerSignal?: AbortSignal): void {
    this.#underWay -= 1;
    const { epoch, since } = admission;
    const isPlain = !this.#judgesSuccess && (end === 'returned' || end === 'success');
    if (isPlain && !hasCallListeners() && this.#state.succeedWhileClosed(epoch)) return;
    let outcome = outcomeOf(end, value, callerSignal, this.settings);
    const now = this.#now();
    const durationSecs = since === undefined ? undefined : Math.max(0, now - since);
    if (durationSecs !== undefined && durationSecs > this.settings.slowCallSecs && countsIfSlow(end, value)) {
      outcome = 'failure';
    }
    this.#state.settle(epoch, outcome, now);
    this.#notice(now);
    publishCall(this, outcome, durationSecs);
  }

  /** Counts a call that begins and ends now. */
  record(outcome: CallOutcome): void {
    const now = this.look();
    if (this.#state.stateAt(now) !== 'open') {
      this.#state.enter(now);
      const { epoch } = this.#state;
      this.#notice(now);
      this.#state.settle(epoch, outcome, now);
      this.#notice(now);
    }
    publishCall(this, outcome);
  }

  trip(secs?: number): void {
    const now = this.#now();
    this.#state.trip(now, secs);
    this.#notice(now, 'trip');
  }

  reset(): void {
    const now = this.#now();
    this.#state.reset(now);
    this.#notice(now, 'reset');
  }

  get retryAfterSecs(): number {
    return this.#state.secondsUntilAllowing(this.look());
  }

  get state(): CircuitState {
    return this.#state.stateAt(this.look());
  }

  /**
   * Whether it is closed and full, no call is under way, and its next cool-down would be the first. Replacing it by a
   * new circuit then loses nothing.
   */
  isLikeNew(now = this.#now()): boolean {
    if (this.#underWay > 0) return false;
    if (this.#state.isUntouched) return true;
    this.#state.see(now);
    return this.#state.isLikeNew(now);
  }

  /** Whether forgetting this circuit loses less than forgetting another: closed ones go first, then the one nearest to full. */
  losesLessThan(other: Circuit, now = this.#now()): boolean {
    const isRecovering = this.#state.isRecovering;
    if (isRecovering !== other.#state.isRecovering) return !isRecovering;
    return this.#state.secondsUntilFull(now) < other.#state.secondsUntilFull(now);
  }

  askLater(epoch: number, probe: Probe): void {
    if (!this.#state.isRecovering || epoch !== this.#state.epoch) return;
    if (this.#askedProbes?.epoch !== epoch) this.#askedProbes = { epoch, probes: [] };
    this.#askedProbes.probes.push(probe);
  }

  /** The current time. Settles the probes first that can report a result. */
  look(): number {
    if (this.#askedProbes !== undefined) this.#askProbes(this.#askedProbes);
    return this.#now();
  }

  #askProbes({ epoch, probes }: AskedProbes): void {
    // Cleared first, since a probe that is asked may look at the breaker.
    this.#askedProbes = undefined;
    for (const probe of probes) {
      if (this.#state.epoch === epoch && probe.isUnderWay()) this.askLater(epoch, probe);
    }
  }

  #now(): number {
    const now = readingOf(this.settings.clock);
    this.#state.see(now);
    return now;
  }

  #admission(since?: number): Admission {
    const { epoch } = this.#state;
    this.#underWay += 1;
    if (since !== undefined) return new Admission(this, epoch, since);
    if (this.#shared?.epoch !== epoch) this.#shared = new Admission(this, epoch);
    return this.#shared;
  }

  #notice(now: number, by?: 'trip' | 'reset'): void {
    if (this.#askedProbes?.epoch !== this.#state.epoch) this.#askedProbes = undefined;
    const from = this.#noticed;
    const to = this.#state.stateAt(now);
    if (to === from) return;
    this.#noticed = to;
    const retryAfterSecs = this.#state.secondsUntilAllowing(now);
    publishTransition(this, { from, to, retryAfterSecs }, by, this.settings.onTransition);
  }
}
