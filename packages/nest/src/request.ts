import type { IncomingHttpHeaders } from 'node:http';
import type { Decision } from '@breaking/core';

declare global {
  namespace Express {
    interface Request {
      /** The most restrictive decision of the rate limits that this request has met. */
      rateLimit?: Decision;
    }
  }
}

/**
 * What callbacks of the options may read of a request on either platform. It is the platform's own request: a callback may
 * declare that as its parameter, `(req: FastifyRequest) => …`, or one that has what your guards put on it.
 */
export interface NestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly ip?: string | undefined;
  readonly params?: unknown;
  readonly query?: unknown;
  /** Guards run after the body was parsed. */
  readonly body?: unknown;
  /** The most restrictive decision of the rate limits that this request has met. */
  readonly rateLimit?: Decision | undefined;
}
