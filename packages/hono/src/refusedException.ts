import type { Decision, HeaderFields } from '@breaking/core';
import { HTTPException } from 'hono/http-exception';
import type { HonoExchange } from './honoExchange.js';

/** What is there of each of core's refusals. */
interface Refusal extends Error {
  readonly code: string;
  readonly status: 429 | 503;
  readonly headers: HeaderFields;
  readonly retryAfterSecs?: number;
  readonly decision?: Decision;
}

/**
 * A refusal under `rejectWith: 'error'`, for `app.onError`: an HTTPException whose `cause` is the `TooManyRequests`, `TooManyErrors` or
 * `Overloaded` of core, with what these tell. Its response has the header fields of the refusal.
 */
export class RefusedException extends HTTPException {
  /** As those of core's errors, such as `BREAKING_TOO_MANY_REQUESTS`. */
  readonly code: string;
  readonly statusCode: number;
  /** The header fields of the answer: `Retry-After`, and those of the limits. */
  readonly headers: HeaderFields;
  /** Seconds until the same request may be let in; Infinity when waiting cannot help. */
  readonly retryAfterSecs: number | undefined;
  /** The decision of a rate limit. */
  readonly decision: Decision | undefined;

  constructor(refusal: Refusal) {
    super(refusal.status, { message: refusal.message, cause: refusal });
    this.name = refusal.name;
    this.code = refusal.code;
    this.statusCode = refusal.status;
    this.headers = refusal.headers;
    this.retryAfterSecs = refusal.retryAfterSecs;
    this.decision = refusal.decision;
  }

  override getResponse(): Response {
    return new Response(this.message, { status: this.status, headers: { ...this.headers } });
  }
}

/** What a gate threw, for Hono's error path: its refusals as exceptions, errors of callbacks as they are. */
export function refusedException(error: unknown, exchange: HonoExchange): unknown {
  if (!isRefusal(error)) return error;
  exchange.showFieldsOf(error.headers);
  return new RefusedException(error);
}

function isRefusal(error: unknown): error is Refusal {
  const { code, headers } = error as Partial<Refusal>;
  return typeof code === 'string' && code.startsWith('BREAKING_') && headers !== undefined;
}
