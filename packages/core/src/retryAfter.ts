/** HTTP header fields by name, as the error paths of Express, Koa and Fastify send them. */
export type HeaderFields = Readonly<Record<string, string>>;

/** Seconds as a header says them: whole, rounded up, at least 1; a double's rounding noise does not turn 60 into 61. */
export function ceilSecs(secs: number): number {
  return Math.max(1, Math.ceil(secs * (1 - 1e-9)));
}

/** The field `Retry-After`; none when waiting cannot help. */
export function retryAfterField(retryAfterSecs: number): HeaderFields {
  return Number.isFinite(retryAfterSecs) ? { 'Retry-After': String(ceilSecs(retryAfterSecs)) } : {};
}
