import { CircuitBreakerGate, type CircuitBreakerGateOptions } from '@breaking/http';
import type { Request, RequestHandler } from 'express';
import { binding, pass } from './binding.js';

/**
 * Middleware that answers 503 while what is behind it keeps failing: for an app, a router or a route. Each call makes a
 * breaker of its own (with `keyOf`, one for each key).
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function circuitBreaker(options: CircuitBreakerGateOptions<Request>): RequestHandler {
  const gate = new CircuitBreakerGate(binding, options);
  return function circuitBreaker(_req, res, next) {
    pass(gate, res, next);
  };
}
