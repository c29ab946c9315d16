import type { HeaderFields } from '@breaking/core';
import type { Refusal } from '@breaking/http';
import { HttpException } from '@nestjs/common';

/** Nest's texts for these statuses. */
const MESSAGES = { 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;
const CODES = { 429: 'TOO_MANY_REQUESTS', 503: 'SERVICE_UNAVAILABLE' } as const;

/**
 * A call was refused: 429 by a rate limit, 503 by a circuit breaker or a concurrency limit. The module's filter answers it.
 * In a filter of your own, `getResponse()` returns the problem; all header fields except the content type are already on the
 * response.
 */
export class RefusedException extends HttpException {
  /** The header fields of the response, including its content type. */
  readonly headers: HeaderFields;
  /** The body of the response, as text. */
  readonly body: string;
  /** Seconds until the same call may be allowed, as in `Retry-After`; undefined if waiting cannot help. */
  readonly retryAfterSecs: number | undefined;
  /** The extensions of the error in GraphQL. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor({ status, headers, body }: Refusal) {
    const problem = problemOf(headers, body);
    super(problem, status);
    const retryAfter = headers['Retry-After'];
    this.name = 'RefusedException';
    this.message = MESSAGES[status];
    this.headers = headers;
    this.body = body;
    this.retryAfterSecs = retryAfter === undefined ? undefined : Number(retryAfter);
    this.extensions = { code: CODES[status], status, retryAfterSecs: this.retryAfterSecs, problem };
  }
}

/** A problem as an object, without the `statusCode` that Nest adds to its own bodies; any other body as its text. */
function problemOf(headers: HeaderFields, body: string): string | Record<string, unknown> {
  if (headers['Content-Type'] !== 'application/problem+json') return body;
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : body;
  } catch {
    // With the option `problem`, anything may have the content type of a problem.
    return body;
  }
}
