import { asFunction, asObjectWith, knownOptions } from '../base/check.js';
import { asDeadline, callWithin, within } from '../base/deadline.js';
import { isThenable } from '../base/thenable.js';
import type { Admission } from './permit.js';

/** The options of one call. */
export interface RunOptions {
  /** The caller's own signal. When it aborts, so does the signal that the function is called with. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds after which the call is given up: > 0, at most 2,147,483; by default the `timeoutSecs` of the breaker. */
  readonly timeoutSecs?: number | undefined;
}

type WithSignal = { readonly signal: AbortSignal } | { readonly timeoutSecs: number };

type SignalFor<O extends RunOptions> = O extends WithSignal ? AbortSignal : AbortSignal | undefined;

/** A function as `run` calls it: with a signal where there is a signal or a timeout, else with nothing. */
export type Runnable<T, O extends RunOptions> = (signal: SignalFor<O>) => T | PromiseLike<T>;

/** What the message of a TimeoutError begins with. */
const callThrough = (breaker: string) => `A call through the circuit breaker "${breaker}"`;

/**
 * The call of `fn` that `run` is to make.
 * @param breaker the name of the breaker, for the message of a TimeoutError
 * @param defaultSecs the timeout unless the options name one
 * @throws TypeError or RangeError for wrong arguments, and the reason of a signal that is aborted already
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

/** The same function, but that a promise that it returns is given up after `timeoutSecs`. */
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
 * Makes a call that was admitted, and settles it: at once, or when the promise that it returned settles. In that case the
 * result is a promise of its own, which settles after the breaker was told, with the same value or error.
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

/** A promise that rejects soon: one that is rejected already counts as unhandled for a moment, which is costly in Node. */
export function rejecting(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    SETTLED.then(() => reject(error));
  });
}
