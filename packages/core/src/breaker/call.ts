import { asFunction, asObjectWith, knownOptions } from '../base/check.js';
import { asDeadline, callWithin } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import type { Admission } from './admission.js';

export interface RunOptions {
  /** The caller's own signal. Its abort reaches the function through the signal that it is called with. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which the call is given up, > 0, at most 2,147,483. */
  readonly timeoutSecs?: number | undefined;
}

type WithSignal = { readonly signal: AbortSignal } | { readonly timeoutSecs: number };

type SignalFor<O extends RunOptions> = O extends WithSignal ? AbortSignal : AbortSignal | undefined;

/** A function as `run` calls it: with a signal where it was given one or a time, else with nothing. */
export type Runnable<T, O extends RunOptions> = (signal: SignalFor<O>) => T | PromiseLike<T>;

/**
 * A call of `fn` as `run` makes it, still to be made.
 * @param breaker the name of the breaker, for the message of a TimeoutError
 * @throws TypeError or RangeError for wrong arguments, and the reason of a signal that is aborted already
 */
export function boundCall<T, O extends RunOptions>(
  breaker: string,
  fn: Runnable<T, O>,
  options?: O,
): () => T | PromiseLike<T> {
  const runnable = fn as (signal?: AbortSignal) => T | PromiseLike<T>;
  asFunction('CircuitBreaker.run: fn', fn);
  if (options === undefined) return runnable;
  knownOptions('CircuitBreaker.run', options, ['signal', 'timeoutSecs']);
  const { signal, timeoutSecs } = options;
  if (signal !== undefined) asObjectWith('CircuitBreaker.run: signal', signal, ['throwIfAborted']);
  signal?.throwIfAborted();
  if (timeoutSecs === undefined) return signal === undefined ? runnable : () => runnable(signal);
  asDeadline('CircuitBreaker.run: timeoutSecs', timeoutSecs);
  return () => callWithin(`A call through the circuit breaker "${breaker}"`, timeoutSecs, runnable, signal);
}

/**
 * Makes a call that was admitted, and tells what became of it: at once, or when the promise that came back settles. What
 * comes back then is a promise of its own, and settles after the breaker was told; the value or error is the same.
 */
export function settling<R>(admission: Admission, call: () => R, callerSignal?: AbortSignal): R {
  const { succeed } = admission;
  const fail =
    callerSignal === undefined
      ? admission.fail
      : (error: unknown): never => {
          admission.end('thrown', error, callerSignal);
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

/** A promise that rejects, but not yet: one that has already done so is unhandled for a moment, which Node makes costly. */
export function rejecting(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    SETTLED.then(() => reject(error));
  });
}
