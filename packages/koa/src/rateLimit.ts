import type { Decision } from '@breaking/core';
import { RateLimitGate, type RateLimitOptions } from '@breaking/http';
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

/**
 * Middleware that answers 429 to clients whose token bucket is empty: for an app, a router or a route. Each call makes a
 * limit of its own; one that a request meets twice counts it once.
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(rateLimit({ name: 'api', limits: { burst: perSecond(20), daily: perDay(5000) } }));
 */
export function rateLimit(options: RateLimitOptions<Context>): Middleware {
  const gate = new RateLimitGate(binding, options);
  return function rateLimit(ctx, next) {
    return pass(gate, ctx, next);
  };
}
