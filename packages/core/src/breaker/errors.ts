import { type HeaderFields, retryAfterField } from '../base/retryAfter.js';

/** A circuit breaker refused a call. The error handlers of the frameworks answer it with 503 and its `headers`. */
export class TooManyErrors extends Error {
  override readonly name = 'TooManyErrors';
  readonly code = 'BREAKING_TOO_MANY_ERRORS';
  readonly status = 503;
  readonly statusCode = 503;
  /** The message is for the log, not for clients. Nest recognises an HTTP error by a boolean in this property. */
  readonly expose = false;
  /** Seconds until a call may be admitted again, as a probe. */
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /**
   * @param breaker the name of the breaker, for the message
   * @param headers by default only `Retry-After`
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
