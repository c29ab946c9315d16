import { unthrowing } from '../base/callback.js';
import {
  asFunction,
  asObjectWith,
  asString,
  atLeast,
  finite,
  knownOptions,
  positive,
  printableName,
  share,
  shown,
  whole,
} from '../base/check.js';
import { type Clock, MonotonicClock } from '../base/clock.js';
import { asDeadline } from '../base/deadline.js';
import { LARGEST_CAPACITY } from '../bucket/policy.js';
import type { TransitionMessage } from './events.js';

/** A class whose instances can be thrown. */
export type ErrorType = abstract new (...args: never[]) => unknown;

/** Judges an error or a result. Declared as a method, so that a function for a subtype can be used without a cast. */
type Judge = { judges(value: unknown): boolean }['judges'];

/** The options of a `CircuitBreaker`. */
export interface CircuitBreakerOptions {
  /** Failures in a burst that open the breaker: a whole number from 1 to 1e12. */
  readonly errorThreshold: number;
  /** Seconds in which `errorThreshold` failures are forgiven, > 0. */
  readonly timeWindowSecs: number;
  /** Printable ASCII; default 'default'. Used in errors and events. */
  readonly name?: string | undefined;
  /** Distinguishes breakers with the same name. Used in events. */
  readonly key?: string | undefined;
  /** The classes of errors that count; by default all do. An error counts once, however many classes it matches. */
  readonly errorTypes?: readonly ErrorType[] | undefined;
  /**
   * Whether an error counts. If `errorTypes` is set too, an error must match both. An error that does not count is a
   * success.
   */
  readonly isFailure?: Judge | undefined;
  /**
   * Whether the value that a call returned or resolved with is a failure, such as a response with status 503. By
   * default none is.
   */
  readonly isFailedResult?: Judge | undefined;
  /** Seconds, > 0 and at most 2,147,483, after which `run` and `wrap` reject with a TimeoutError; default none. */
  readonly timeoutSecs?: number | undefined;
  /** Seconds, > 0. A slower call is a failure however it ended, unless its permit ignores it. Default Infinity. */
  readonly slowCallSecs?: number | undefined;
  /**
   * The share p of failures that drains nothing on average, from 0 to below 1; default 0. A success puts
   * back p/(1−p) tokens.
   */
  readonly tolerableErrorRatio?: number | undefined;
  /** Seconds from a trip to the first probe, > 0; default `timeWindowSecs / errorThreshold`. */
  readonly cooldownSecs?: number | undefined;
  /** The factor by which each failed probe lengthens the wait, at least 1; default 2. */
  readonly cooldownBackoff?: number | undefined;
  /** The longest wait in seconds, before jitter: at least the cool-down; default 30, or the cool-down if larger. */
  readonly cooldownMaxSecs?: number | undefined;
  /** Each wait is lengthened at random by up to this share of it, from 0 to below 1; default 0. */
  readonly jitter?: number | undefined;
  /** Probes that must succeed in a row to close the breaker: a whole number, at least 1; default 1. */
  readonly probeSuccesses?: number | undefined;
  /** Called with each transition. An error that it throws becomes a process warning. */
  readonly onTransition?: ((message: TransitionMessage) => void) | undefined;
  /** By default the monotonic clock of the process. */
  readonly clock?: Clock | undefined;
}

type Check = (what: string, value: unknown) => unknown;

const CHECKS: Readonly<Record<keyof CircuitBreakerOptions, Check>> = {
  errorThreshold: (what, value) => whole(what, value, 1, LARGEST_CAPACITY),
  timeWindowSecs: positive,
  name: printableName,
  key: asString,
  errorTypes: areClasses,
  isFailure: asFunction,
  isFailedResult: asFunction,
  timeoutSecs: asDeadline,
  slowCallSecs: (what, value) => (value === Number.POSITIVE_INFINITY ? value : positive(what, value)),
  tolerableErrorRatio: share,
  cooldownSecs: positive,
  cooldownBackoff: (what, value) => atLeast(what, finite(what, value), 1),
  cooldownMaxSecs: positive,
  jitter: share,
  probeSuccesses: (what, value) => whole(what, value, 1),
  onTransition: asFunction,
  clock: (what, value) => asObjectWith(what, value as Clock, ['secondsSinceEpoch']),
};

/** The names of all options of a circuit breaker. */
export const CIRCUIT_BREAKER_OPTIONS = Object.keys(CHECKS) as readonly (keyof CircuitBreakerOptions)[];

/** The options of a breaker, checked, with defaults. */
export type BreakerSettings = ReturnType<typeof breakerSettings>;

/**
 * Checks the options of a circuit breaker and sets the defaults.
 * @param what the start of every error message
 * @throws TypeError or RangeError that names the option and the value
 */
export function breakerSettings(what: string, options: CircuitBreakerOptions) {
  knownOptions(what, options, CIRCUIT_BREAKER_OPTIONS);
  for (const name of CIRCUIT_BREAKER_OPTIONS) {
    const isRequired = name === 'errorThreshold' || name === 'timeWindowSecs';
    if (isRequired || options[name] !== undefined) CHECKS[name](`${what}: ${name}`, options[name]);
  }
  const { errorThreshold, timeWindowSecs, key, timeoutSecs } = options;
  const { cooldownSecs = timeWindowSecs / errorThreshold, cooldownBackoff = 2 } = options;
  const { cooldownMaxSecs = Math.max(30, cooldownSecs), jitter = 0, probeSuccesses = 1 } = options;
  const { name = 'default', slowCallSecs = Number.POSITIVE_INFINITY, clock = new MonotonicClock() } = options;
  atLeast(`${what}: cooldownMaxSecs`, cooldownMaxSecs, cooldownSecs);
  const restoreRateHz = errorThreshold / timeWindowSecs;
  // A cool-down is stored as the tokens that return in it.
  finite(
    `${what}: errorThreshold / timeWindowSecs * cooldownMaxSecs`,
    restoreRateHz * cooldownMaxSecs * (1 + jitter),
  );
  const bucket = { errorThreshold, timeWindowSecs, restoreRateHz };
  const probing = { cooldownSecs, cooldownBackoff, cooldownMaxSecs, jitter, probeSuccesses };
  return { name, key, ...bucket, ...probing, timeoutSecs, slowCallSecs, clock, ...judging(what, options) };
}

/** How calls are judged. If a callback fails, the call counts as a failure. */
function judging(what: string, options: CircuitBreakerOptions) {
  const { errorTypes, isFailure, isFailedResult, onTransition, tolerableErrorRatio = 0 } = options;
  return {
    errorTypes: errorTypes && [...errorTypes],
    isFailure: isFailure && unthrowing(`${what}: isFailure`, isFailure, true),
    isFailedResult: isFailedResult && unthrowing(`${what}: isFailedResult`, isFailedResult, true),
    onTransition: onTransition && unthrowing(`${what}: onTransition`, onTransition, undefined),
    tokensPerSuccess: tolerableErrorRatio / (1 - tolerableErrorRatio),
  };
}

function areClasses(what: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be an array of classes, got ${shown(value)}`);
  if (value.length === 0) throw new RangeError(`${what} must name at least one class, got none`);
  const wrong = value.findIndex(each => typeof each !== 'function' || typeof each.prototype !== 'object');
  if (wrong !== -1) throw new TypeError(`${what}[${wrong}] must be a class, got ${shown(value[wrong])}`);
}
