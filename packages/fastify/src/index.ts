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
export type { CircuitBreakerHook, GateHook, RateLimitHook } from './hooks.js';
export { type BreakingOptions, breaking, breaking as default, type Handles } from './plugin.js';
