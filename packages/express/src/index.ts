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
export type { GateHandler } from './binding.js';
export { circuitBreaker } from './circuitBreaker.js';
export { type ConcurrencyLimitOptions, concurrencyLimit } from './concurrencyLimit.js';
export { rateLimit } from './rateLimit.js';
