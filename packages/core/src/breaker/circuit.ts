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

/** Probes of one epoch that can tell how they go before they have ended. */
interface AskedProbes {
  readonly epoch: number;
  readonly probes: Probe[];
}

/**
 * What stands behind a circuit breaker: its state on its clock, the calls under way, and its events. It admits calls and is
 * told how they ended, and knows nothing of functions and promises.
 */
export class Circuit implements Admitter {
  readonly name: string;
  readonly key: string | undefined;
  readonly settings: BreakerSettings;
  readonly #state: BreakerState;
  /** Whether a call can be too slow. */
  readonly #judgesTime: boolean;
  /** Whether a call that succeeded can be a failure all the same. */
  readonly #judgesSuccess: boolean;
  /** The state that was last published. */
  #noticed: CircuitState = 'closed';
  /** Calls that were admitted and have not told their outcome. */
  #underWay = 0;
  /** For the calls of the present epoch. */
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

  /** What a call is admitted with, or the seconds until one would be. */
  admit(): Admission | number {
    const isTimed = this.#judgesTime || hasCallListeners();
    // A closed breaker admits at any time, and reading the clock costs more than all the rest.
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

  settle(admission: Admission, end: CallEnd, told?: unknown, callerSignal?: AbortSignal): void {
    this.#underWay -= 1;
    const { epoch, since } = admission;
    const isPlain = !this.#judgesSuccess && (end === 'returned' || end === 'success');
    if (isPlain && !hasCallListeners() && this.#state.succeedWhileClosed(epoch)) return;
    let outcome = outcomeOf(end, told, callerSignal, this.settings);
    const now = this.#now();
    const durationSecs = since === undefined ? undefined : Math.max(0, now - since);
    if (durationSecs !== undefined && durationSecs > this.settings.slowCallSecs && countsIfSlow(end, told)) {
      outcome = 'failure';
    }
    this.#state.settle(epoch, outcome, now);
    this.#notice(now);
    publishCall(this, outcome, durationSecs);
  }

  /** Counts a call that begins and ends here and now. */
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
   * Closed, full, no call under way, and its next cool-down would be the first: nothing is lost by forgetting this circuit
   * for a new one.
   */
  isLikeNew(now = this.#now()): boolean {
    if (this.#underWay > 0) return false;
    if (this.#state.isUntouched) return true;
    this.#state.see(now);
    return this.#state.isLikeNew(now);
  }

  /** Whether less is lost by forgetting this circuit than another: closed ones go first, then the nearest to full. */
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

  /** The time, once those probes have been settled that can tell how they go. */
  look(): number {
    if (this.#askedProbes !== undefined) this.#askProbes(this.#askedProbes);
    return this.#now();
  }

  #askProbes({ epoch, probes }: AskedProbes): void {
    // Gone meanwhile: a probe that is asked may look at the breaker.
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
