import { asFunction, asObjectWith, knownOptions } from '../base/check.js';
import { asDeadline, callWithin, within } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import type { Admission } from './permit.js';

/** The options of one call. */
export interface RunOptions {
  /** The caller's own signal. When it aborts, the signal that the function receives aborts too. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which the call is given up: > 0, at most 2,147,483; by default the `timeoutSecs` of the breaker. */
  readonly timeoutSecs?: number | undefined;
}

type WithSignal = { readonly signal: AbortSignal } | { readonly timeoutSecs: number };

type SignalFor<O extends RunOptions> = O extends WithSignal ? AbortSignal : AbortSignal | undefined;

/** A function as `run` calls it: with a signal if there is a signal or a timeout, else without an argument. */
export type Runnable<T, O extends RunOptions> = (signal: SignalFor<O>) => T | PromiseLike<T>;

/** The start of the message of a TimeoutError. */
const callThrough = (breaker: string) => `A call through the circuit breaker "${breaker}"`;

/**
 * Binds `fn` to the signal and the timeout of a `run`.
 * @param breaker the name of the breaker, for the message of a TimeoutError
 * @param defaultSecs the timeout if the options have none
 * @throws TypeError or RangeError for wrong arguments, and the reason of a signal that has already aborted
 */
export function boundCall<T, O extends RunOptions>(
  breaker: string,
  defaultSecs: number | undefined,
  fn: Runnable<T, O>,
  options?: O,
): () => T | PromiseLike<T> {
  const runnable = fn as (signal?: AbortSignal) => T | PromiseLike<T>;
  asFunction('CircuitBreaker.run: fn', fn);
  if (options === undefined && defaultSecs === undefined) return runnable;
  const { signal, timeoutSecs = defaultSecs } = checkedRun(options ?? {});
  if (timeoutSecs === undefined) return signal === undefined ? runnable : () => runnable(signal);
  return () => callWithin(callThrough(breaker), timeoutSecs, runnable, signal);
}

function checkedRun(options: RunOptions): RunOptions {
  knownOptions('CircuitBreaker.run', options, ['signal', 'timeoutSecs']);
  const { signal, timeoutSecs } = options;
  if (signal !== undefined) asObjectWith('CircuitBreaker.run: signal', signal, ['throwIfAborted']);
  if (timeoutSecs !== undefined) asDeadline('CircuitBreaker.run: timeoutSecs', timeoutSecs);
  signal?.throwIfAborted();
  return options;
}

/** The same function, except that a promise that it returns rejects after `timeoutSecs`. */
export function givingUp<F extends (...args: never[]) => unknown>(
  breaker: string,
  timeoutSecs: number | undefined,
  fn: F,
): (...args: never[]) => unknown {
  if (timeoutSecs === undefined) return fn;
  return function (this: unknown, ...args) {
    const answer = Reflect.apply(fn, this, args);
    return isThenable(answer) ? within(callThrough(breaker), timeoutSecs, answer) : answer;
  };
}

/**
 * Makes an admitted call and records its outcome: at once, or when the promise that it returned settles. The result is
 * then another promise, which settles with the same value or error after the breaker has recorded it.
 */
export function settling<R>(admission: Admission, call: () => R, callerSignal?: AbortSignal): R {
  const { succeed } = admission;
  const fail =
    callerSignal === undefined
      ? admission.fail
      : (error: unknown): never => {
          admission.admitter.settle(admission, 'thrown', error, callerSignal);
          throw error;
        };
  let answer: R;
  let isLater: boolean;
  try {
    answer = call();
    isLater = isThenable(answer);
  } catch (error) {
    return fail(error);
  }
  return isLater ? (Promise.resolve(answer).then(succeed, fail) as R) : succeed(answer);
}

const SETTLED = Promise.resolve();

/**
 * A promise that rejects in a later turn. A promise that is made rejected counts as unhandled for a moment, which is
 * costly in Node.
 */
export function rejecting(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    SETTLED.then(() => reject(error));
  });
}
