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
export { type RateLimitMiddleware, rateLimit } from './rateLimit.js';
export { RefusedException } from './refusedException.js';
