export * from '@breaking/core';
export type {
  CircuitBreakerGateOptions as CircuitBreakerOptions,
  ConcurrencyLimitGateOptions as ConcurrencyLimitOptions,
  HeaderFormat,
  Outcome,
  OwnBody,
  Problem,
  ProblemBody,
  RateLimitOptions,
  RateLimitSettings,
  Rejection,
  RejectWith,
} from '@breaking/http';
export { type CircuitBreakerMiddleware, circuitBreaker } from './circuitBreaker.js';
export { concurrencyLimit } from './concurrencyLimit.js';
export { type RateLimitMiddleware, type RateLimitState, rateLimit } from './rateLimit.js';
