import type { BucketStore, Decision, RateLimiter } from '@breaking/core';
import { type MaybePromise, optionsAlone, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { Context, Middleware } from 'koa';
import { binding, pass } from './binding.js';

/** What is on `ctx.state` behind a rate limit. */
export interface RateLimitState {
  /** The most restrictive decision of the rate limits that this request has met. */
  rateLimit?: Decision;
}

declare module 'koa' {
  interface DefaultState extends RateLimitState {}
}

/** Middleware that limits, with what it looks into. */
export interface RateLimitMiddleware extends Middleware {
  /** Its limiter, to look at a key, to reset or to block it. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key under which a request counts with the limiter. */
  keyOf(ctx: Context): MaybePromise<string>;
}

/**
 * Middleware that answers 429 to clients whose token bucket is empty: for an app, a router or a route. Each call makes a
 * limit of its own; one that a request meets twice counts it once.
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
