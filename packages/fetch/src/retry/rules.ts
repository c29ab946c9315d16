/** Statuses after which the same request may succeed (RFC 9110, RFC 6585). */
const TRANSIENT: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Idempotent methods: sending them twice has the same effect (RFC 9110, section 9.2.2). */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

export function isTransient(status: number): boolean {
  return TRANSIENT.includes(status);
}

/**
 * Whether a request may be sent again: if it is idempotent, if the server can recognise it by its `Idempotency-Key`, or after
 * a 429, which means that it was not carried out.
 * @param status the status of the response; undefined if there was none
 */
export function isRepeatable(
  method: string,
  hasIdempotencyKey: boolean,
  status: number | undefined,
): boolean {
  return status === 429 || hasIdempotencyKey || IDEMPOTENT.includes(method.toUpperCase());
}

/**
 * Seconds to wait before another attempt: "full jitter", uniformly between 0 and a bound that doubles with each attempt.
 * @param failed the number of failed attempts, at least 1
 * @param random a number from 0 to below 1
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog (2015).
 */
export function jitteredSecs(
  failed: number,
  backoffSecs: number,
  backoffMaxSecs: number,
  random: number,
): number {
  return random * Math.min(backoffMaxSecs, backoffSecs * 2 ** (failed - 1));
}

/** Codes of undici for what it does not send. */
const UNSENDABLE: readonly unknown[] = ['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH'];

/** Whether undici says that there is something wrong with a request, so that nothing came of it. */
export function isUnsendable(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as {
    readonly code?: unknown;
    readonly cause?: { readonly code?: unknown };
  };
  return UNSENDABLE.includes(code) || UNSENDABLE.includes(cause?.code);
}
