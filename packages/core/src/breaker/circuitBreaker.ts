import { calledBack } from '../base/callback.js';
import { asFunction } from '../base/check.js';
import { readingOf } from '../base/clock.js';
import { withoutStack } from '../base/errors.js';
import { Admission, type Settle } from './admission.js';
import { boundCall, type Runnable, type RunOptions, rejecting, settling } from './call.js';
import { TooManyErrors } from './errors.js';
import {
  type CallMessage,
  type CallOutcome,
  type CircuitState,
  callChannel,
  type TransitionMessage,
  transitionChannel,
} from './events.js';
import { type BreakerSettings, breakerSettings, type CircuitBreakerOptions } from './options.js';
import { outcomeOf } from './outcome.js';
import { CallPermit, type Permit } from './permit.js';
import { BreakerState } from './state.js';

/**
 * A circuit breaker: stops calls to something that keeps failing, and tries single ones until it works again.
 *
 * Each failure takes a token from a bucket of `errorThreshold` that regains all of them in `timeWindowSecs`: the breaker
 * opens on `errorThreshold` failures in a burst and on any lasting rate that is higher. It starts closed. Open, it
 * refuses every call for `cooldownSecs`, then admits single probes: a success closes it, a failure makes the next
 * wait longer. It has no timer; callers are refused at once and never queued.
 *
 * {@link run} and {@link wrap} are for functions, {@link acquire} for work with a beginning and an end of its own.
 * Transitions are noticed when a call is admitted or settled: the end of a cool-down is published with its first probe.
 */
export class CircuitBreaker {
  readonly name: string;
  readonly key: string | undefined;
  readonly #settings: BreakerSettings;
  readonly #state: BreakerState;
  #noticed: CircuitState = 'closed';
  /** Calls that were admitted and have not told their outcome. */
  #underWay = 0;
  /** For the calls of the present epoch. */
  #shared: Admission | undefined;

  /**
   * @param what whose options these are, at the start of error messages
   * @throws TypeError or RangeError that names the wrong option
   */
  constructor(options: CircuitBreakerOptions, what = 'CircuitBreaker') {
    this.#settings = breakerSettings(what, options);
    this.#state = new BreakerState(this.#settings);
    this.name = this.#settings.name;
    this.key = this.#settings.key;
  }

  /**
   * Calls `fn` if the breaker lets it, and settles as it does. What `fn` throws or rejects with comes out as it is.
   *
   * `fn` gets a signal only where `signal` or `timeoutSecs` is given. After `timeoutSecs` that signal aborts and the call
   * is a failure, whatever `fn` does later. An abort of the caller's is up to `fn`; the call is ignored then, unless the
   * signal aborted because its time was up. A signal that is aborted beforehand rejects with its reason, without a call.
   * @returns always a promise
   * @throws (rejects with) TooManyErrors for a refusal, TimeoutError after `timeoutSecs`, TypeError or RangeError
   *   for wrong arguments
   */
  run<T, O extends RunOptions = RunOptions>(fn: Runnable<T, O>, options?: O): Promise<T> {
    try {
      const call = boundCall(this.name, fn, options);
      const admission = this.#tryAdmit();
      if (typeof admission === 'number') return rejecting(this.#refusal(admission));
      const answer = settling(admission, call, options?.signal);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (error) {
      return rejecting(error);
    }
  }

  /**
   * Calls `fn` if the breaker lets it, and returns what it returns. If that is a promise, the call is settled with it.
   * @throws TooManyErrors for a refusal, and whatever `fn` throws
   */
  runSync<R>(fn: () => R): R {
    asFunction('CircuitBreaker.runSync: fn', fn);
    const admission = this.#tryAdmit();
    if (typeof admission === 'number') throw this.#refusal(admission);
    return settling(admission, fn);
  }

  /**
   * A function that does what `fn` does, with the same `this`, arguments and types, each call through this breaker. What
   * returns a promise is settled with it, anything else at once.
   *
   * A refusal of an async function rejects with TooManyErrors; so does that of any function once it has returned a
   * promise. Others throw it: nobody can tell beforehand what a function returns.
   */
  wrap<F extends (...args: never[]) => unknown>(fn: F): F {
    asFunction('CircuitBreaker.wrap: fn', fn);
    const tryAdmit = () => this.#tryAdmit();
    const refusal = (retryAfterSecs: number) => this.#refusal(retryAfterSecs);
    let isAsync = Object.prototype.toString.call(fn) === '[object AsyncFunction]';
    function throughBreaker(this: unknown, ...args: never[]): unknown {
      const admission = tryAdmit();
      if (typeof admission === 'number') {
        if (isAsync) return rejecting(refusal(admission));
        throw refusal(admission);
      }
      const answer = settling(admission, () => Reflect.apply(fn, this, args));
      isAsync ||= answer instanceof Promise;
      return answer;
    }
    const own = { name: { value: fn.name }, length: { value: fn.length } };
    return Object.defineProperties(throughBreaker, own) as unknown as F;
  }

  /**
   * Leave for one call, which must be told the outcome.
   * @throws TooManyErrors when the breaker is blocking
   */
  acquire(): Permit {
    const admission = this.#tryAdmit();
    if (typeof admission === 'number') throw this.#refusal(admission);
    return new CallPermit(admission);
  }

  /** Leave for one call, or undefined when the breaker is blocking. */
  tryAcquire(): Permit | undefined {
    const admission = this.#tryAdmit();
    return typeof admission === 'number' ? undefined : new CallPermit(admission);
  }

  /** Whether a call would be admitted now. A look: it admits none. */
  isAllowingExecution(): boolean {
    return this.retryAfterSecs === 0;
  }

  /** Whether a call would be refused now. A look: it admits none. */
  isBlockingExecution(): boolean {
    return this.retryAfterSecs > 0;
  }

  /** Counts a failure without a permit: in halfOpen as that of a probe, while open not at all. */
  recordFailure(): void {
    this.#record('failure');
  }

  /** Counts a success without a permit: in halfOpen as that of a probe, while open not at all. */
  recordSuccess(): void {
    this.#record('success');
  }

  /** Opens the breaker as if it had had too many errors; one that is not closed starts its cool-down anew. */
  trip(): void {
    const now = this.#now();
    this.#state.trip(now);
    this.#notice(now, 'trip');
  }

  /** Makes the breaker as good as new: closed, full, with its first cool-down next. Calls under way no longer count. */
  reset(): void {
    const now = this.#now();
    this.#state.reset(now);
    this.#notice(now, 'reset');
  }

  /** Seconds until a call would be admitted if nothing happens meanwhile; 0 when one would be now. */
  get retryAfterSecs(): number {
    return this.#state.secondsUntilAllowing(this.#now());
  }

  /** Open while recovering with no probe under way or due, halfOpen while recovering otherwise. */
  get state(): CircuitState {
    return this.#state.stateAt(this.#now());
  }

  /**
   * Closed, full, no call under way, and its next cool-down would be the first: nothing is lost by forgetting this breaker
   * for a new one.
   */
  get isLikeNew(): boolean {
    if (this.#underWay > 0) return false;
    return this.#state.isUntouched || this.#state.isLikeNew(this.#now());
  }

  #now(): number {
    const now = readingOf(this.#settings.clock);
    this.#state.see(now);
    return now;
  }

  #refusal(retryAfterSecs: number): TooManyErrors {
    return withoutStack(() => new TooManyErrors(retryAfterSecs, this.name));
  }

  /** What a call is admitted with, or the seconds until one would be. */
  #tryAdmit(): Admission | number {
    const isTimed = callChannel.hasSubscribers;
    // Time does nothing to an untouched breaker, and reading the clock would cost more than all the rest.
    if (!isTimed && this.#state.isUntouched) return this.#admission();
    const now = this.#now();
    const retryAfterSecs = this.#state.secondsUntilAllowing(now);
    if (retryAfterSecs > 0) {
      this.#publish({ outcome: 'refused' });
      return retryAfterSecs;
    }
    this.#state.enter(now);
    const admission = this.#admission(isTimed ? now : undefined);
    this.#notice(now);
    return admission;
  }

  #admission(since?: number): Admission {
    const { epoch } = this.#state;
    this.#underWay += 1;
    if (since !== undefined) return new Admission(this.#settle, epoch, since);
    if (this.#shared?.epoch !== epoch) this.#shared = new Admission(this.#settle, epoch);
    return this.#shared;
  }

  readonly #settle: Settle = ({ epoch, since }, end, error, callerSignal) => {
    this.#underWay -= 1;
    const counted = end === 'thrown' ? outcomeOf(error, callerSignal, this.#settings) : end;
    if (counted !== 'failure' && this.#state.isUntouched && !callChannel.hasSubscribers) return;
    const now = this.#now();
    this.#state.settle(epoch, counted, now);
    this.#notice(now);
    this.#publish({
      outcome: counted,
      ...(since !== undefined && { durationSecs: Math.max(0, now - since) }),
    });
  };

  /** A call that begins and ends here and now. */
  #record(outcome: CallOutcome): void {
    const now = this.#now();
    if (this.#state.stateAt(now) !== 'open') {
      this.#state.enter(now);
      const { epoch } = this.#state;
      this.#notice(now);
      this.#state.settle(epoch, outcome, now);
      this.#notice(now);
    }
    this.#publish({ outcome });
  }

  #notice(now: number, by?: 'trip' | 'reset'): void {
    const from = this.#noticed;
    const to = this.#state.stateAt(now);
    if (to === from) return;
    this.#noticed = to;
    const { onTransition } = this.#settings;
    if (onTransition === undefined && !transitionChannel.hasSubscribers) return;
    const retryAfterSecs = this.#state.secondsUntilAllowing(now);
    const reason = by ?? reasonOf(from, to);
    const message: TransitionMessage = { ...this.#who, from, to, reason, retryAfterSecs };
    transitionChannel.publish(message);
    calledBack('CircuitBreaker: onTransition', () => onTransition?.(message), undefined);
  }

  #publish(call: Pick<CallMessage, 'outcome' | 'durationSecs'>): void {
    if (callChannel.hasSubscribers) callChannel.publish({ ...this.#who, ...call } satisfies CallMessage);
  }

  get #who(): Pick<CallMessage, 'name' | 'key'> {
    return { name: this.name, ...(this.key !== undefined && { key: this.key }) };
  }
}

function reasonOf(from: CircuitState, to: CircuitState): TransitionMessage['reason'] {
  if (to === 'closed') return 'probesSucceeded';
  if (to === 'halfOpen') return 'cooldownElapsed';
  return from === 'closed' ? 'tooManyErrors' : 'probeFailed';
}
