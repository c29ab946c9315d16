export type { RunOptions } from './breaker/call.js';
export {
  CIRCUIT_BREAKER_OPTIONS,
  type CircuitBreakerOptions,
  type ErrorType,
} from './breaker/options.js';
export type { CallOutcome, CircuitState } from './breaker/state.js';
export { warnOfCallback } from './base/callback.js';
export type {
  CallMessage,
  DecisionMessage,
  StoreErrorMessage,
  TransitionMessage,
  TransitionReason,
} from './breaker/events.js';
export * as check from './base/check.js';
export { CircuitBreaker } from './breaker/circuitBreaker.js';
export { CircuitBreakerGroup, type CircuitBreakerGroupOptions } from './breaker/circuitBreakerGroup.js';
export { type Clock, MockClock, MonotonicClock } from './base/clock.js';
export { allThere, cappedDebt, debtAt } from './bucket/debt.js';
export {
  type Decision,
  type DecisionSource,
  debtsAfter,
  decided,
  type LimitState,
  sourced,
  sourceOf,
  undecided,
} from './bucket/decision.js';
export { DenyCacheBucketStore, type DenyCacheOptions } from './store/denyCacheBucketStore.js';
export { enforcement } from './limiter/enforcement.js';
export { isDeadline } from './base/deadline.js';
export { StoreUnavailable, TimeoutError, TooManyErrors, TooManyRequests, withoutStack } from './base/errors.js';
export {
  FailoverBucketStore,
  type FailoverOptions,
  ON_STORE_ERROR,
  type OnStoreError,
} from './store/failoverBucketStore.js';
export { guarded } from './breaker/guarded.js';
export { LeaseBucketStore, type LeaseOptions } from './store/lease/leaseBucketStore.js';
export { MemoryBucketStore } from './store/memory/memoryBucketStore.js';
export type { Permit } from './breaker/permit.js';
export {
  type BucketPolicy,
  type Limit,
  type Limits,
  perDay,
  perHour,
  perMinute,
  perSecond,
} from './bucket/policy.js';
export { RateLimiter, type RateLimiterOptions } from './limiter/rateLimiter.js';
export { ceilSecs, type HeaderFields, LARGEST_INTEGER, retryAfterField } from './base/retryAfter.js';
export { type BucketStore, isStore, isThenable } from './store/store.js';
export { TokenBucket } from './bucket/tokenBucket.js';
