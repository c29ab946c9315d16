import { type HeaderFields, retryAfterField } from '../base/retryAfter.js';
import type { Decision } from '../bucket/decision.js';

/** A rate limit refused a request. The frameworks' own error paths answer it with 429 and its `headers`. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly code = 'BREAKING_TOO_MANY_REQUESTS';
  readonly status = 429;
  readonly statusCode = 429;
  /** The client caused this error, not the service. Koa therefore does not log it. */
  readonly expose = true;
  /** The refusal: which limits were exceeded, and what is left of the others. */
  readonly decision: Decision;
  /** Seconds until the same request would be allowed; Infinity if its cost can never fit. */
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /** @param headers by default only `Retry-After` */
  constructor(decision: Decision, headers: HeaderFields = retryAfterField(decision.retryAfterSecs)) {
    const reason = decision.blocked ? 'blocked' : `limit exceeded: ${decision.violated.join(', ')}`;
    super(`Too many requests: ${reason}`);
    this.decision = decision;
    this.retryAfterSecs = decision.retryAfterSecs;
    this.headers = headers;
  }
}

/**
 * A request was refused because the store of its buckets gave no answer and `onStoreError` is 'deny'. The status is
 * 503, since no quota was exceeded.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly code = 'BREAKING_STORE_UNAVAILABLE';
  readonly status = 503;
  readonly statusCode = 503;
  /** The message is for the log, not for clients. Nest recognises an HTTP error by a boolean in this property. */
  readonly expose = false;
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /** @param headers by default only `Retry-After` */
  constructor(retryAfterSecs: number, headers: HeaderFields = retryAfterField(retryAfterSecs)) {
    super('The store of the rate limit gave no answer');
    this.retryAfterSecs = retryAfterSecs;
    this.headers = headers;
  }
}
