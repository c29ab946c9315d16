/** HTTP header fields by name, in the form that the error handlers of Express, Koa and Fastify send. */
export type HeaderFields = Readonly<Record<string, string>>;

/** The largest integer of a structured field (RFC 9651). In seconds, it is 31 million years. */
export const LARGEST_INTEGER = 999_999_999_999_999;

/**
 * Seconds for a header field: whole, rounded up, from 1 to 999,999,999,999,999. Rounding errors of doubles do not turn
 * 60 into 61.
 */
export function ceilSecs(secs: number): number {
  return Math.min(Math.max(1, Math.ceil(secs * (1 - 1e-9))), LARGEST_INTEGER);
}

/** The field `Retry-After`, or no field if waiting cannot help. */
export function retryAfterField(retryAfterSecs: number): HeaderFields {
  return Number.isFinite(retryAfterSecs) ? { 'Retry-After': String(ceilSecs(retryAfterSecs)) } : {};
}
