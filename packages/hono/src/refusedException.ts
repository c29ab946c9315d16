import type { Decision, HeaderFields } from '@breaking/core';
import { HTTPException } from 'hono/http-exception';
import type { HonoExchange } from './honoExchange.js';

/** The properties that core's refusals have. */
interface Refusal extends Error {
  readonly code: string;
  readonly status: 429 | 503;
  readonly headers: HeaderFields;
  readonly retryAfterSecs?: number;
  readonly decision?: Decision;
}

/**
 * A refusal with `rejectWith: 'error'`, for `app.onError`: an HTTPException whose `cause` is core's `TooManyRequests`,
 * `TooManyErrors` or `Overloaded`, and that has the same properties. Its response has the header fields of the refusal.
 */
export class RefusedException extends HTTPException {
  /** The code of core's error, such as `BREAKING_TOO_MANY_REQUESTS`. */
  readonly code: string;
  readonly statusCode: number;
  /** The header fields of the response: `Retry-After`, and those of the limits. */
  readonly headers: HeaderFields;
  /** Seconds until the same request may be allowed; Infinity if waiting cannot help. */
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

/** An error of a gate, for Hono's error path: refusals become exceptions, errors of callbacks stay as they are. */
export function refusedException(error: unknown, exchange: HonoExchange): unknown {
  if (!isRefusal(error)) return error;
  exchange.showFieldsOf(error.headers);
  return new RefusedException(error);
}

function isRefusal(error: unknown): error is Refusal {
  const { code, headers } = error as Partial<Refusal>;
  return typeof code === 'string' && code.startsWith('BREAKING_') && headers !== undefined;
}
