import type { Decision } from './decision.js';

/** HTTP header fields by name, as the error paths of Express, Koa and Fastify send them. */
export type HeaderFields = Readonly<Record<string, string>>;

/** `Retry-After` in whole seconds, rounded up, at least 1; none when waiting cannot help. */
function retryAfter(retryAfterSecs: number): HeaderFields {
  return Number.isFinite(retryAfterSecs) ? { 'Retry-After': String(ceilSecs(retryAfterSecs)) } : {};
}

/** Seconds as a header says them: at least 1, rounded up, but not for a rounding error of the double (60 stays 60). */
export function ceilSecs(secs: number): number {
  return Math.max(1, Math.ceil(secs * (1 - 1e-9)));
}

/** A request was refused by a rate limit. Frameworks answer it with 429 and its `headers`. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly code = 'BREAKING_TOO_MANY_REQUESTS';
  readonly status = 429;
  readonly statusCode = 429;
  readonly decision: Decision;
  readonly retryAfterSecs: number;
  readonly headers: HeaderFields;

  /** @param headers by default `Retry-After` alone */
  constructor(decision: Decision, headers: HeaderFields = retryAfter(decision.retryAfterSecs)) {
    super(`Too many requests: over the limit ${decision.violated.join(', ')}`);
    this.decision = decision;
    this.retryAfterSecs = decision.retryAfterSecs;
    this.headers = headers;
  }
}
