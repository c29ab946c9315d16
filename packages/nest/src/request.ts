import type { IncomingHttpHeaders } from 'node:http';
import type { Decision } from '@breaking/core';

declare global {
  namespace Express {
    interface Request {
      /** The most restrictive decision of the rate limits that this request has passed. */
      rateLimit?: Decision;
    }
  }
}

/**
 * What callbacks of the options can read of a request on either platform. The object is the platform's own request, so a
 * callback may declare that type, `(req: FastifyRequest) => …`, or one with properties that your guards add.
 */
export interface NestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly ip?: string | undefined;
  readonly params?: unknown;
  readonly query?: unknown;
  /** Parsed already, since guards run later. */
  readonly body?: unknown;
  /** The most restrictive decision of the rate limits that this request has passed. */
  readonly rateLimit?: Decision | undefined;
}
