import type { CircuitBreakerGroup } from '@breaking/core';
import { CircuitBreakerGate, type CircuitBreakerGateOptions, optionsAlone } from '@breaking/http';
import type { Context, MiddlewareHandler } from 'hono';
import { binding } from './honoExchange.js';
import { pass } from './pass.js';

/** Middleware of a circuit breaker, with its breakers, one for each key. */
export interface CircuitBreakerMiddleware extends MiddlewareHandler {
  readonly breakers: CircuitBreakerGroup;
}

/**
 * Middleware that answers 503 while the handlers behind it keep failing: for an app, a group or a route. Each call makes a
 * separate breaker (with `keyOf`, one for each key).
 * @returns the middleware, with its `breakers`
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.get('/pay', circuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60 }), pay);
 */
export function circuitBreaker(
  options: CircuitBreakerGateOptions<Context>,
  ...others: never[]
): CircuitBreakerMiddleware {
  optionsAlone('circuitBreaker', others);
  const gate = new CircuitBreakerGate(binding, options);
  const gates = [gate];
  const middleware: MiddlewareHandler = async function circuitBreaker(c, next) {
    return pass(gates, c, next);
  };
  return Object.assign(middleware, { breakers: gate.breakers });
}
