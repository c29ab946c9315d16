export * from '@breaking/core';
export type {
  CircuitBreakerGateOptions as CircuitBreakerOptions,
  HeaderFormat,
  Outcome,
  Problem,
  RateLimitOptions,
  RateLimitSettings,
  Rejection,
  RejectWith,
} from '@breaking/http';
export { circuitBreaker } from './circuitBreaker.js';
export { rateLimit } from './rateLimit.js';
