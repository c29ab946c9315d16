import type { BucketStore, Decision, RateLimiter } from '@breaking/core';
import { type MaybePromise, optionsAlone, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { Context, Middleware } from 'koa';
import { binding, pass } from './binding.js';

/** What `ctx.state` has after a rate limit. */
export interface RateLimitState {
  /** The most restrictive decision of this request's rate limits so far. */
  rateLimit?: Decision;
}

declare module 'koa' {
  interface DefaultState extends RateLimitState {}
}

/** Middleware with a rate limit. */
export interface RateLimitMiddleware extends Middleware {
  /** The limiter: look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key under which a request counts with the limiter. */
  keyOf(ctx: Context): MaybePromise<string>;
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
export function rateLimit(options: RateLimitOptions<Context>, ...others: never[]): RateLimitMiddleware {
  optionsAlone('rateLimit', others);
  const gate = new RateLimitGate(binding, options);
  const middleware: Middleware = function rateLimit(ctx, next) {
    return pass(gate, ctx, next);
  };
  return Object.assign(middleware, { limiter: gate.limiter, keyOf: (ctx: Context) => gate.keyOf(ctx) });
}
