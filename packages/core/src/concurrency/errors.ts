import { type HeaderFields, retryAfterField } from '../base/retryAfter.js';

/** Seconds after which a refused call may come again: nobody can know when a place is free. */
export const RETRY_AFTER_SECS = 1;

/** As many calls as may be are under way. The frameworks' own error paths answer it with 503 and its `headers`. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
  readonly code = 'BREAKING_OVERLOADED';
  readonly status = 503;
  readonly statusCode = 503;
  /** The message is for the log, not for clients. A boolean tells Nest that this is an error of HTTP. */
  readonly expose = false;
  /** Always 1: nobody can know when a place is free. */
  readonly retryAfterSecs = RETRY_AFTER_SECS;
  readonly headers: HeaderFields;

  /**
   * @param limiter the name of the concurrency limiter, for the message
   * @param headers by default `Retry-After` alone
   */
  constructor(limiter = 'default', headers: HeaderFields = retryAfterField(RETRY_AFTER_SECS)) {
    super(`Overloaded: the concurrency limiter "${limiter}" is full`);
    this.headers = headers;
  }
}
