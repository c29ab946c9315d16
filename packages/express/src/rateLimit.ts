import type { Decision } from '@breaking/core';
import { pass, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { Request } from 'express';
import { binding, exchangeOf, type GateHandler } from './binding.js';

declare global {
  namespace Express {
    interface Request {
      /** The most restrictive decision of the rate limits that this request has met. */
      rateLimit?: Decision;
    }
  }
}

/**
 * Middleware that answers 429 to clients whose token bucket is empty: for an app, a router or a route. Each call makes a
 * limit of its own; one that a request meets twice counts it once.
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(rateLimit({ name: 'api', limits: { burst: perSecond(20), daily: perDay(5000) } }));
 */
export function rateLimit(options: RateLimitOptions<Request>): GateHandler {
  const gates = [new RateLimitGate(binding, options)];
  return function rateLimit(req, res, next) {
    pass(gates, exchangeOf(req, res), next);
  };
}
