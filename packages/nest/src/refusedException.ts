import type { HeaderFields } from '@breaking/core';
import type { Refusal } from '@breaking/http';
import { HttpException } from '@nestjs/common';

/** What Nest's own texts call these statuses. */
const MESSAGES = { 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;

/**
 * A request was refused: 429 by a rate limit, 503 by a circuit breaker or a concurrency limit. The module's own filter answers
 * it. A filter of yours that catches it finds the problem in `getResponse()`, and all header fields but the content type are
 * on the response already.
 */
export class RefusedException extends HttpException {
  /** The header fields of the answer, with its content type. */
  readonly headers: HeaderFields;
  /** The body of the answer, as text. */
  readonly body: string;

  constructor({ status, headers, body }: Refusal) {
    super(responseOf(headers, body), status);
    this.name = 'RefusedException';
    this.message = MESSAGES[status];
    this.headers = headers;
    this.body = body;
  }
}

/** A problem as an object, without the `statusCode` that Nest puts into bodies of its own; anything else as its text. */
function responseOf(headers: HeaderFields, body: string): string | Record<string, unknown> {
  if (headers['Content-Type'] !== 'application/problem+json') return body;
  try {
    const problem: unknown = JSON.parse(body);
    return typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : body;
  } catch {
    // The option `problem` may call anything a problem.
    return body;
  }
}
