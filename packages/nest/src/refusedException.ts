import type { HeaderFields } from '@breaking/core';
import type { Refusal } from '@breaking/http';
import { HttpException } from '@nestjs/common';

/** What Nest's own texts call these statuses. */
const MESSAGES = { 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;
const CODES = { 429: 'TOO_MANY_REQUESTS', 503: 'SERVICE_UNAVAILABLE' } as const;

/**
 * A call was refused: 429 by a rate limit, 503 by a circuit breaker or a concurrency limit. The module's own filter answers
 * it. A filter of yours that catches it finds the problem in `getResponse()`, and all header fields but the content type are
 * on the response already.
 */
export class RefusedException extends HttpException {
  /** The header fields of the answer, with its content type. */
  readonly headers: HeaderFields;
  /** The body of the answer, as text. */
  readonly body: string;
  /** Seconds until the same call may be let in, as `Retry-After` has them; undefined when waiting cannot help. */
  readonly retryAfterSecs: number | undefined;
  /** What GraphQL tells of an error beside its message. */
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

/** A problem as an object, without the `statusCode` that Nest puts into bodies of its own; anything else as its text. */
function problemOf(headers: HeaderFields, body: string): string | Record<string, unknown> {
  if (headers['Content-Type'] !== 'application/problem+json') return body;
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : body;
  } catch {
    // The option `problem` may call anything a problem.
    return body;
  }
}
