import type { CircuitBreakerGroup } from '@breaking/core';
import { CircuitBreakerGate, type CircuitBreakerGateOptions, optionsAlone } from '@breaking/http';
import type { Context, Middleware } from 'koa';
import { binding, pass } from './binding.js';

/** Middleware with a circuit breaker for each key. */
export interface CircuitBreakerMiddleware extends Middleware {
  readonly breakers: CircuitBreakerGroup;
}

/**
 * Middleware for an app, a router or a route that answers 503 while the handlers after it keep failing. Each call creates a
 * separate breaker (with `keyOf`, one for each key).
 * @returns the middleware, with its `breakers`
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.use(circuitBreaker({ name: 'shop', errorThreshold: 5, timeWindowSecs: 60, keyOf: ctx => ctx.host }));
 */
export function circuitBreaker(
  options: CircuitBreakerGateOptions<Context>,
  ...others: never[]
): CircuitBreakerMiddleware {
  optionsAlone('circuitBreaker', others);
  const gate = new CircuitBreakerGate(binding, options);
  const middleware: Middleware = function circuitBreaker(ctx, next) {
    return pass(gate, ctx, next);
  };
  return Object.assign(middleware, { breakers: gate.breakers });
}
