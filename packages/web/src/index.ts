export * from '@breaking/core';
export type {
  CircuitBreakerGateOptions as CircuitBreakerOptions,
  ConcurrencyLimitGateOptions as ConcurrencyLimitOptions,
  HeaderFormat,
  Outcome,
  OwnBody,
  Problem,
  ProblemBody,
  RateLimitSettings,
  Rejection,
  RejectWith,
} from '@breaking/http';
export { bunAddress, cloudflareAddress, denoAddress } from './addresses.js';
export { decisionOf, type GuardedHandler, type GuardOptions, guard, type Handler } from './guard.js';
export type { RateLimitOptions } from './options.js';
