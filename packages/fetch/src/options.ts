import {
  type BucketPolicy,
  type BucketStore,
  type CircuitBreakerGroup,
  type CircuitBreakerGroupOptions,
  type Clock,
  type ConcurrencyLimiterGroup,
  type Limits,
  MonotonicClock,
  perSecond,
  type RateLimiter,
} from '@breaking/core';
import {
  asDeadline,
  asStore,
  type Costs,
  check,
  concurrencyGroupNamed,
  groupNamed,
  limiterNamed,
  sureStore,
  unthrowing,
} from '@breaking/core/internal';

/** A value, or a promise of it. */
export type MaybePromise<T> = T | PromiseLike<T>;

/** How failed attempts are repeated. */
export interface RetryOptions {
  /** The most attempts of one call, including the first: a whole number, at least 1. */
  readonly attempts: number;
  /**
   * The retries that one key may make in addition to its calls, which keeps retries from piling up; default `perSecond(1, {
   * burst: 10 })`.
   */
  readonly budget?: BucketPolicy | undefined;
  /** Seconds, > 0: the longest wait before the first retry. It doubles with each further retry. Default 0.2. */
  readonly backoffSecs?: number | undefined;
  /**
   * Seconds, at least `backoffSecs`: the longest wait before any retry. If Retry-After is longer, there is no retry. Default
   * 10.
   */
  readonly backoffMaxSecs?: number | undefined;
  /** Returns a number from 0 to below 1; default `Math.random`. Use a seeded one in tests. */
  readonly random?: (() => number) | undefined;
}

/** The options of {@link protect}. Without any option, it returns fetch itself. */
export interface ProtectOptions {
  /** Printable ASCII; default 'default'. Used in errors and events. Required with `store`. */
  readonly name?: string | undefined;
  /** The key, which has its own limits, breaker, pauses and budget; by default the origin of the URL. */
  readonly keyOf?: ((request: Request) => MaybePromise<string>) | undefined;
  /** The limits of each key. */
  readonly limits?: Limits | undefined;
  /**
   * The tokens that an attempt takes of every limit, or of each by its name (`{ rpm: 1, tpm: 1200 }`): whole, at least 0;
   * default 1.
   */
  readonly costOf?: ((request: Request) => MaybePromise<Costs>) | undefined;
  /** Where the buckets are kept; by default in the memory of this process. */
  readonly store?: BucketStore | undefined;
  /** Seconds that a call may wait, for a place, for tokens and for the end of a pause together: 0 to 2,147,483; default 0. */
  readonly maxWaitSecs?: number | undefined;
  /** The most concurrent calls of one key, until their bodies end: a whole number, at least 1. */
  readonly maxInFlight?: number | undefined;
  /** Seconds, > 0, until the head of the response must have arrived. */
  readonly timeoutSecs?: number | undefined;
  /** Seconds, > 0, from the head of the response to the end of its body. */
  readonly bodyTimeoutSecs?: number | undefined;
  /** The circuit breakers, one for each key. By default network errors, timeouts and statuses of 500 and more are failures. */
  readonly breaker?: Omit<CircuitBreakerGroupOptions, 'name' | 'clock' | 'timeoutSecs'> | undefined;
  readonly retry?: RetryOptions | undefined;
  /** By default the monotonic clock of the process. */
  readonly clock?: Clock | undefined;
}

const KNOWN: readonly (keyof ProtectOptions)[] = [
  'name',
  'keyOf',
  'limits',
  'costOf',
  'store',
  'maxWaitSecs',
  'maxInFlight',
  'timeoutSecs',
  'bodyTimeoutSecs',
  'breaker',
  'retry',
  'clock',
];

/** The checked options, with defaults. */
export interface Settings {
  readonly name: string;
  readonly keyOf: ProtectOptions['keyOf'];
  readonly costOf: ProtectOptions['costOf'];
  readonly limiter: RateLimiter<BucketStore> | undefined;
  readonly breakers: CircuitBreakerGroup | undefined;
  readonly isFailedAnswer: (answer: Response) => boolean;
  readonly maxWaitSecs: number;
  readonly places: ConcurrencyLimiterGroup | undefined;
  readonly timeoutSecs: number | undefined;
  readonly bodyTimeoutSecs: number | undefined;
  readonly retry: RetrySettings | undefined;
  readonly clock: Clock;
}

/** The checked options of retries, with defaults. */
export interface RetrySettings {
  readonly attempts: number;
  readonly budget: RateLimiter;
  readonly backoffSecs: number;
  readonly backoffMaxSecs: number;
  readonly random: () => number;
}

/** @throws TypeError or RangeError that names the option and the value */
export function settingsOf(options: ProtectOptions): Settings {
  const what = 'protect';
  check.knownOptions(what, options, KNOWN);
  const { keyOf, costOf, limits, store, maxInFlight, timeoutSecs, bodyTimeoutSecs, breaker, retry } = options;
  const { maxWaitSecs = 0, clock = new MonotonicClock() } = options;
  for (const [name, callback] of Object.entries({ keyOf, costOf })) {
    if (callback !== undefined) check.asFunction(`${what}: ${name}`, callback);
  }
  if (limits === undefined) {
    for (const [name, value] of Object.entries({ costOf, store })) {
      if (value !== undefined) throw new TypeError(`${what}: ${name} must not be set without limits`);
    }
  }
  for (const name of ['name', 'clock', 'timeoutSecs']) {
    const own = (breaker as Readonly<Record<string, unknown>> | undefined)?.[name];
    if (own !== undefined) throw new TypeError(`${what}: ${name} must be set beside breaker, not in it`);
  }
  const isFailed = breaker?.isFailedResult;
  const name = check.printableName(`${what}: name`, options.name ?? 'default');
  const kept = store && sureStore(asStore(`${what}: store`, store), { name });
  const limiter =
    limits && limiterNamed(what, { name: options.name, limits, store: kept, maxWaitSecs, clock });
  const limit = maxInFlight === undefined ? undefined : check.whole(`${what}: maxInFlight`, maxInFlight, 1);
  const breakers = breaker && groupNamed(`${what}: breaker`, { ...breaker, name, clock });
  return {
    ...{ name, keyOf, costOf, limiter, breakers, clock },
    places: limit === undefined ? undefined : concurrencyGroupNamed(what, { name, limit, clock }),
    isFailedAnswer: isFailed ? unthrowing(`${what}: breaker: isFailedResult`, isFailed, true) : isServerError,
    maxWaitSecs: check.atMost(
      `${what}: maxWaitSecs`,
      check.atLeast(`${what}: maxWaitSecs`, check.finite(`${what}: maxWaitSecs`, maxWaitSecs), 0),
      2_147_483,
    ),
    timeoutSecs: timeoutSecs === undefined ? undefined : asDeadline(`${what}: timeoutSecs`, timeoutSecs),
    bodyTimeoutSecs:
      bodyTimeoutSecs === undefined ? undefined : asDeadline(`${what}: bodyTimeoutSecs`, bodyTimeoutSecs),
    retry: retry && retrySettings(`${what}: retry`, retry, `${name} retries`, clock),
  };
}

function retrySettings(what: string, options: RetryOptions, name: string, clock: Clock): RetrySettings {
  check.knownOptions(what, options, ['attempts', 'budget', 'backoffSecs', 'backoffMaxSecs', 'random']);
  const { budget = perSecond(1, { burst: 10 }), backoffSecs = 0.2, random = Math.random } = options;
  const { backoffMaxSecs = Math.max(10, backoffSecs) } = options;
  check.positive(`${what}: backoffSecs`, backoffSecs);
  return {
    attempts: check.whole(`${what}: attempts`, options.attempts, 1),
    budget: limiterNamed(`${what}: budget`, { name, limits: budget, clock }),
    backoffSecs,
    backoffMaxSecs: check.atLeast(
      `${what}: backoffMaxSecs`,
      check.finite(`${what}: backoffMaxSecs`, backoffMaxSecs),
      backoffSecs,
    ),
    random: check.asFunction(`${what}: random`, random),
  };
}

function isServerError(answer: unknown): boolean {
  return (answer as Response).status >= 500;
}
