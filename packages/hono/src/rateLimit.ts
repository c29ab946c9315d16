import type { BucketStore, Decision, RateLimiter } from '@breaking/core';
import { type MaybePromise, optionsAlone, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import { checkAddressed } from '@breaking/web/internal';
import type { Context, MiddlewareHandler } from 'hono';
import { binding, HonoExchange } from './honoExchange.js';
import { pass } from './pass.js';

declare module 'hono' {
  interface ContextVariableMap {
    /** The most restrictive decision of the rate limits that this request has passed. */
    rateLimit?: Decision;
  }
}

/** Middleware of a rate limit, with access to its limiter. */
export interface RateLimitMiddleware extends MiddlewareHandler {
  /** Its limiter, with which to look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key of a request in the limiter. */
  keyOf(c: Context): MaybePromise<string>;
}

/**
 * Middleware that answers 429 to clients whose token bucket is empty: for an app, a group or a route. Each call makes a
 * separate limit. If a request passes the same limit twice, it counts once. Either `addressOf` or `keyOf` is required.
 * @returns the middleware, with its `limiter` and `keyOf`
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(rateLimit({ ...perMinute(100), addressOf: c => getConnInfo(c).remote.address }));
 */
export function rateLimit(options: RateLimitOptions<Context>, ...others: never[]): RateLimitMiddleware {
  optionsAlone('rateLimit', others);
  const gate = new RateLimitGate(binding, options);
  checkAddressed(options);
  const gates = [gate];
  const middleware: MiddlewareHandler = async function rateLimit(c, next) {
    return pass(gates, c, next);
  };
  const keyOf = (c: Context) => gate.keyOf(new HonoExchange(c));
  return Object.assign(middleware, { limiter: gate.limiter, keyOf });
}
