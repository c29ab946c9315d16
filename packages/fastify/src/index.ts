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
export { type BreakingOptions, breaking, breaking as default, type GateHook } from './plugin.js';
