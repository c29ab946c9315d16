import { asFunction, positive } from '../base/check.js';
import { withoutStack } from '../base/errors.js';
import { boundCall, givingUp, type Runnable, type RunOptions, rejecting, settling } from './call.js';
import { Circuit } from './circuit.js';
import { TooManyErrors } from './errors.js';
import type { CircuitState } from './events.js';
import { breakerSettings, type CircuitBreakerOptions } from './options.js';
import { CallPermit, type Permit } from './permit.js';

/**
 * A circuit breaker: stops calls to something that keeps failing, and sends single test calls (probes) until it works
 * again.
 *
 * Each failure takes a token from a bucket of `errorThreshold`, which regains all of them in `timeWindowSecs`: the
 * breaker opens on `errorThreshold` failures in a burst, and on any lasting rate that is higher. It starts closed. An
 * open breaker refuses every call for `cooldownSecs`, then admits single probes: a success closes it, a failure makes
 * the next wait longer. It has no timer. Callers are refused at once and never queued.
 *
 * Use {@link run} and {@link wrap} for functions, and {@link acquire} for work that begins and ends in different
 * places. A transition is published when a call is admitted or settled: the end of a cool-down with the first probe
 * after it.
 *
 * @example
 * const breaker = new CircuitBreaker({ name: 'mail', errorThreshold: 5, timeWindowSecs: 60, timeoutSecs: 10 });
 * const answer = await breaker.run(signal => send(letter, { signal }));
 */
export class CircuitBreaker {
  readonly name: string;
  readonly key: string | undefined;
  readonly #circuit: Circuit;

  /** @throws TypeError or RangeError that names the option and the value */
  constructor(options: CircuitBreakerOptions) {
    // A group makes its circuits itself, see `breakerOver`.
    const circuit =
      options instanceof Circuit ? options : new Circuit(breakerSettings('CircuitBreaker', options));
    this.#circuit = circuit;
    this.name = circuit.name;
    this.key = circuit.key;
  }

  /**
   * Calls `fn` if the breaker admits it, and settles as `fn` does. Results and errors of `fn` are passed on unchanged.
   *
   * `fn` receives a signal only if `signal` or `timeoutSecs` is set, here or in the breaker's options. After
   * `timeoutSecs` that signal aborts and the call is a failure, whatever `fn` does later. When the caller's signal
   * aborts, `fn` decides what to do, and the call is ignored, unless the reason was a timeout (`AbortSignal.timeout`).
   * If the caller's signal has already aborted, `run` rejects with its reason and calls nothing.
   * @returns always a promise
   * @throws (rejects with) TooManyErrors if the breaker refuses, TimeoutError after `timeoutSecs`, TypeError or
   *   RangeError for wrong arguments
   */
  run<T, O extends RunOptions = RunOptions>(fn: Runnable<T, O>, options?: O): Promise<T> {
    try {
      const call = boundCall(this.name, this.#circuit.settings.timeoutSecs, fn, options);
      const admission = this.#circuit.admit();
      if (typeof admission === 'number') return rejecting(this.#refusal(admission));
      const answer = settling(admission, call, options?.signal);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (error) {
      return rejecting(error);
    }
  }

  /**
   * Calls `fn` if the breaker admits it, and returns its result. If that is a promise, the call ends when it settles.
   * `timeoutSecs` does not apply.
   * @throws TooManyErrors if the breaker refuses, and whatever `fn` throws
   */
  runSync<R>(fn: () => R): R {
    asFunction('CircuitBreaker.runSync: fn', fn);
    const admission = this.#circuit.admit();
    if (typeof admission === 'number') throw this.#refusal(admission);
    return settling(admission, fn);
  }

  /**
   * A function that does the same as `fn`, with the same `this`, arguments and types, and sends each call through this
   * breaker. If a call returns a promise, it ends when the promise settles, or after the breaker's `timeoutSecs`. Any
   * other call ends when it returns.
   *
   * When the breaker refuses, an async function rejects with TooManyErrors. So does any function that has returned a
   * promise before. Other functions throw it, since it is not known beforehand what they would return.
   */
  wrap<F extends (...args: never[]) => unknown>(fn: F): F {
    asFunction('CircuitBreaker.wrap: fn', fn);
    const circuit = this.#circuit;
    const timed = givingUp(this.name, circuit.settings.timeoutSecs, fn);
    const refusal = (retryAfterSecs: number) => this.#refusal(retryAfterSecs);
    let isAsync = Object.prototype.toString.call(fn) === '[object AsyncFunction]';
    function throughBreaker(this: unknown, ...args: never[]): unknown {
      const admission = circuit.admit();
      if (typeof admission === 'number') {
        if (isAsync) return rejecting(refusal(admission));
        throw refusal(admission);
      }
      const answer = settling(admission, () => Reflect.apply(timed, this, args));
      isAsync ||= answer instanceof Promise;
      return answer;
    }
    const own = { name: { value: fn.name }, length: { value: fn.length } };
    return Object.defineProperties(throughBreaker, own) as unknown as F;
  }

  /**
   * A permit for one call. Report to it how the call ended.
   * @throws TooManyErrors if the breaker refuses
   */
  acquire(): Permit {
    const admission = this.#circuit.admit();
    if (typeof admission === 'number') throw this.#refusal(admission);
    return new CallPermit(admission);
  }

  /** A permit for one call, or undefined if the breaker refuses. */
  tryAcquire(): Permit | undefined {
    const admission = this.#circuit.admit();
    return typeof admission === 'number' ? undefined : new CallPermit(admission);
  }

  /** Whether a call would be admitted now. This admits no call. */
  isAllowingExecution(): boolean {
    return this.retryAfterSecs === 0;
  }

  /** Whether a call would be refused now. This admits no call. */
  isBlockingExecution(): boolean {
    return this.retryAfterSecs > 0;
  }

  /** Counts a failure without a permit. While half-open it counts as that of a probe; while open it is not counted. */
  recordFailure(): void {
    this.#circuit.record('failure');
  }

  /** Counts a success without a permit. While half-open it counts as that of a probe; while open it is not counted. */
  recordSuccess(): void {
    this.#circuit.record('success');
  }

  /**
   * Opens the breaker as too many errors would. If it is not closed, its cool-down starts again. Outcomes of calls
   * under way no longer count. A later trip replaces an earlier one.
   * @param secs seconds until the first probe, > 0, in place of the cool-down: `cooldownMaxSecs` and `jitter` do not
   *   apply. Infinity keeps the breaker open until `reset` or another `trip`
   * @throws TypeError or RangeError for any other `secs`
   */
  trip(secs?: number): void {
    if (secs !== undefined && secs !== Number.POSITIVE_INFINITY) positive('CircuitBreaker.trip: secs', secs);
    this.#circuit.trip(secs);
  }

  /**
   * Makes the breaker as if it were new: closed, full, with its first cool-down next. Outcomes of calls under way no
   * longer count.
   */
  reset(): void {
    this.#circuit.reset();
  }

  /** Seconds until a call would be admitted if nothing else happens: 0 if one would be now, Infinity after `trip(Infinity)`. */
  get retryAfterSecs(): number {
    return this.#circuit.retryAfterSecs;
  }

  /**
   * `closed` while it admits every call; `open` after a trip until the next probe is due; `halfOpen` while a probe is
   * due or under way.
   */
  get state(): CircuitState {
    return this.#circuit.state;
  }

  #refusal(retryAfterSecs: number): TooManyErrors {
    return withoutStack(() => new TooManyErrors(retryAfterSecs, this.name));
  }
}

/** A breaker over a circuit that exists already. */
export function breakerOver(circuit: Circuit): CircuitBreaker {
  return new CircuitBreaker(circuit as unknown as CircuitBreakerOptions);
}
