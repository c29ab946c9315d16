import type { Decision } from '../bucket/decision.js';
import { type HeaderFields, retryAfterField } from './retryAfter.js';

/** A rate limit refused a request. The frameworks' own error paths answer it with 429 and its `headers`. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly code = 'BREAKING_TOO_MANY_REQUESTS';
  readonly status = 429;
  readonly statusCode = 429;
  /** The client's doing, no fault of the service: Koa then does not log it. */
  readonly expose = true;
  /** The refusal: which limits are exceeded, and what is left of the others. */
  readonly decision: Decision;
  /** Seconds until the same request would be allowed; Infinity when its cost can never fit. */
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /** @param headers by default `Retry-After` alone */
  constructor(decision: Decision, headers: HeaderFields = retryAfterField(decision.retryAfterSecs)) {
    super(`Too many requests: limit exceeded: ${decision.violated.join(', ')}`);
    this.decision = decision;
    this.retryAfterSecs = decision.retryAfterSecs;
    this.headers = headers;
  }
}

/** A circuit breaker lets no call through. The frameworks' own error paths answer it with 503 and its `headers`. */
export class TooManyErrors extends Error {
  override readonly name = 'TooManyErrors';
  readonly code = 'BREAKING_TOO_MANY_ERRORS';
  readonly status = 503;
  readonly statusCode = 503;
  /** Seconds until a call may be admitted again, as a probe. */
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /**
   * @param breaker the name of the breaker, for the message
   * @param headers by default `Retry-After` alone
   */
  constructor(
    retryAfterSecs: number,
    breaker = 'default',
    headers: HeaderFields = retryAfterField(retryAfterSecs),
  ) {
    super(`Too many errors: the circuit breaker "${breaker}" lets no call through`);
    this.retryAfterSecs = retryAfterSecs;
    this.headers = headers;
  }
}

/** A request was refused because the store of its buckets gave no answer, under `onStoreError: 'deny'`: 503, no quota was exceeded. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'BREAKING_STORE_UNAVAILABLE';
  readonly status = 503;
  readonly statusCode = 503;
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /** @param headers by default `Retry-After` alone */
  constructor(retryAfterSecs: number, headers: HeaderFields = retryAfterField(retryAfterSecs)) {
    super('The store of the rate limit gave no answer');
    this.retryAfterSecs = retryAfterSecs;
    this.headers = headers;
  }
}

/**
 * An error without its stack. A breaker refuses most when there is least to spare, the stack costs several times as
 * much as all the rest of a refusal, and shows nothing but where the call was made.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 0;
  } catch {
    // Error is frozen.
    return make();
  }
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Something took longer than it was given. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'BREAKING_TIMEOUT';
  readonly timeoutSecs: number;

  /** @param what what did not come in time, at the start of the message */
  constructor(what: string, timeoutSecs: number) {
    super(`${what} took longer than ${timeoutSecs} s`);
    this.timeoutSecs = timeoutSecs;
  }
}
