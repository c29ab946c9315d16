import type { BucketStore, Decision, RateLimiter } from '@breaking/core';
import { type MaybePromise, optionsAlone, pass, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { Request, Response } from 'express';
import { binding, exchangeOf, type GateHandler } from './binding.js';

declare global {
  namespace Express {
    interface Request {
      /** The most restrictive decision of this request's rate limits so far. */
      rateLimit?: Decision;
    }
  }
}

/** Middleware with a rate limit. */
export interface RateLimitHandler extends GateHandler {
  /** The limiter: look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key under which a request counts with the limiter. */
  keyOf(req: Request): MaybePromise<string>;
}

/**
 * Middleware for an app, a router or a route that answers 429 to clients whose token bucket is empty. Each call creates a
 * separate limit. If a request passes the same limit twice, it counts once.
 * @returns the middleware, with its `limiter` and `keyOf`
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(rateLimit({ name: 'api', limits: { burst: perSecond(20), daily: perDay(5000) } }));
 */
export function rateLimit(options: RateLimitOptions<Request>, ...others: never[]): RateLimitHandler {
  optionsAlone('rateLimit', others);
  const gate = new RateLimitGate(binding, options);
  const gates = [gate];
  const middleware: GateHandler = function rateLimit(req, res, next) {
    pass(gates, exchangeOf(req, res), next);
  };
  const keyOf = (req: Request) => gate.keyOf({ req, res: req.res as Response });
  return Object.assign(middleware, { limiter: gate.limiter, keyOf });
}
