import { CircuitBreakerGate, type CircuitBreakerGateOptions } from '@breaking/http';
import type { Context, Middleware } from 'koa';
import { binding, pass } from './binding.js';

/**
 * Middleware that answers 503 while what is behind it keeps failing: for an app, a router or a route. Each call makes a
 * breaker of its own (with `keyOf`, one for each key).
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(circuitBreaker({ name: 'shop', errorThreshold: 5, timeWindowSecs: 60, keyOf: ctx => ctx.host }));
 */
export function circuitBreaker(options: CircuitBreakerGateOptions<Context>): Middleware {
  const gate = new CircuitBreakerGate(binding, options);
  return function circuitBreaker(ctx, next) {
    return pass(gate, ctx, next);
  };
}
