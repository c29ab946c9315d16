export * from '@breaking/core';
export type {
  CircuitBreakerGateOptions as CircuitBreakerOptions,
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
export type { GateHandler } from './binding.js';
export { type CircuitBreakerHandler, circuitBreaker } from './circuitBreaker.js';
export { type ConcurrencyLimitOptions, concurrencyLimit } from './concurrencyLimit.js';
export { type RateLimitHandler, rateLimit } from './rateLimit.js';
