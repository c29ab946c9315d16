import { CircuitBreakerGate, type CircuitBreakerGateOptions, pass } from '@breaking/http';
import type { Request } from 'express';
import { binding, exchangeOf, type GateHandler } from './binding.js';

/**
 * Middleware that answers 503 while what is behind it keeps failing: for an app, a router or a route. Each call makes a
 * breaker of its own (with `keyOf`, one for each key).
 * @throws TypeError or RangeError for a wrong option, at once
 *
 * @example
 * app.get('/pay', circuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60 }), pay);
 */
export function circuitBreaker(options: CircuitBreakerGateOptions<Request>): GateHandler {
  const gates = [new CircuitBreakerGate(binding, options)];
  return function circuitBreaker(req, res, next) {
    pass(gates, exchangeOf(req, res), next);
  };
}
