export * from '@breaking/core';
export type {
  CircuitBreakerGateOptions as CircuitBreakerOptions,
  ConcurrencyLimitGateOptions as ConcurrencyLimitOptions,
  HeaderFormat,
  Outcome,
  Problem,
  RateLimitOptions,
  RateLimitSettings,
  Rejection,
  RejectWith,
} from '@breaking/http';
export { circuitBreaker } from './circuitBreaker.js';
export { concurrencyLimit } from './concurrencyLimit.js';
export { type RateLimitState, rateLimit } from './rateLimit.js';
