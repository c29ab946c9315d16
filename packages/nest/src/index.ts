export * from '@breaking/core';
export type {
  HeaderFormat,
  Outcome,
  OwnBody,
  Problem,
  ProblemBody,
  RateLimitSettings,
  Rejection,
  RejectWith,
} from '@breaking/http';
export {
  CircuitBreaker,
  ConcurrencyLimit,
  type GateDecorator,
  RateLimit,
  SkipRateLimit,
} from './decorators.js';
export { RefusedExceptionFilter } from './filter.js';
export { BreakingGuard } from './guard.js';
export { BreakingHandles } from './handles.js';
export { getLimiterToken, InjectLimiter } from './injectLimiter.js';
export { type BreakingAsyncOptions, BreakingModule } from './module.js';
export type {
  BreakingOptions,
  CircuitBreakerOptions,
  ConcurrencyLimitOptions,
  RateLimitOptions,
} from './options.js';
export { RefusedException } from './refusedException.js';
export type { NestRequest } from './request.js';
export { UseBreaking } from './useBreaking.js';
