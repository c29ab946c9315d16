/** HTTP header fields by name, as the error paths of Express, Koa and Fastify send them. */
export type HeaderFields = Readonly<Record<string, string>>;

/** The largest integer that a structured field holds (RFC 9651); in seconds, 31 million years. */
export const LARGEST_INTEGER = 999_999_999_999_999;

/**
 * Seconds as a header says them: whole, rounded up, from 1 to 999,999,999,999,999; a double's rounding noise does not turn
 * 60 into 61.
 */
export function ceilSecs(secs: number): number {
  return Math.min(Math.max(1, Math.ceil(secs * (1 - 1e-9))), LARGEST_INTEGER);
}

/** The field `Retry-After`; none when waiting cannot help. */
export function retryAfterField(retryAfterSecs: number): HeaderFields {
  return Number.isFinite(retryAfterSecs) ? { 'Retry-After': String(ceilSecs(retryAfterSecs)) } : {};
}
