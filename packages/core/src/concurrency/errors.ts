import { type HeaderFields, retryAfterField } from '../base/retryAfter.js';

/** Seconds after which a refused call may be repeated. It is a guess, since nobody knows when a place will be free. */
export const RETRY_AFTER_SECS = 1;

/** A concurrency limit refused a call. The frameworks' own error paths answer it with 503 and its `headers`. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  readonly code = 'BREAKING_OVERLOADED';
  readonly status = 503;
  readonly statusCode = 503;
  /** The message is for the log, not for clients. Nest recognises an HTTP error by a boolean in this property. */
  readonly expose = false;
  /** Always 1, since nobody knows when a place will be free. */
  readonly retryAfterSecs = RETRY_AFTER_SECS;
  readonly headers: HeaderFields;

  /**
   * @param limiter the name of the concurrency limiter, for the message
   * @param headers by default only `Retry-After`
   */
  constructor(limiter = 'default', headers: HeaderFields = retryAfterField(RETRY_AFTER_SECS)) {
    super(`Overloaded: the concurrency limiter "${limiter}" is full`);
    this.headers = headers;
  }
}
