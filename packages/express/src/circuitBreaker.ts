import type { CircuitBreakerGroup } from '@breaking/core';
import { CircuitBreakerGate, type CircuitBreakerGateOptions, optionsAlone, pass } from '@breaking/http';
import type { Request } from 'express';
import { binding, exchangeOf, type GateHandler } from './binding.js';

/** Middleware with a circuit breaker for each key. */
export interface CircuitBreakerHandler extends GateHandler {
  readonly breakers: CircuitBreakerGroup;
}

/**
 * Middleware for an app, a router or a route that answers 503 while the handlers after it keep failing. Each call creates a
 * separate breaker (with `keyOf`, one for each key).
 * @returns the middleware, with its `breakers`
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.get('/pay', circuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60 }), pay);
 */
export function circuitBreaker(
  options: CircuitBreakerGateOptions<Request>,
  ...others: never[]
): CircuitBreakerHandler {
  optionsAlone('circuitBreaker', others);
  const gate = new CircuitBreakerGate(binding, options);
  const gates = [gate];
  const middleware: GateHandler = function circuitBreaker(req, res, next) {
    pass(gates, exchangeOf(req, res), next);
  };
  return Object.assign(middleware, { breakers: gate.breakers });
}
