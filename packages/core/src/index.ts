export type { RunOptions } from './breakerCall.js';
export {
  CIRCUIT_BREAKER_OPTIONS,
  type CircuitBreakerOptions,
  type ErrorType,
} from './breakerOptions.js';
export type { CallOutcome, CircuitState } from './breakerState.js';
export { warnOfCallback } from './callback.js';
export type {
  CallMessage,
  DecisionMessage,
  StoreErrorMessage,
  TransitionMessage,
  TransitionReason,
} from './channels.js';
export * as check from './check.js';
export { CircuitBreaker } from './circuitBreaker.js';
export { CircuitBreakerGroup, type CircuitBreakerGroupOptions } from './circuitBreakerGroup.js';
export { type Clock, MockClock, MonotonicClock } from './clock.js';
export { allThere, cappedDebt, debtAt } from './debt.js';
export {
  type Decision,
  type DecisionSource,
  debtsAfter,
  decided,
  type LimitState,
  sourced,
  sourceOf,
  undecided,
} from './decision.js';
export { DenyCacheBucketStore, type DenyCacheOptions } from './denyCacheBucketStore.js';
export { enforcement } from './enforcement.js';
export { isDeadline } from './deadline.js';
export { StoreUnavailable, TimeoutError, TooManyErrors, TooManyRequests, withoutStack } from './errors.js';
export {
  FailoverBucketStore,
  type FailoverOptions,
  ON_STORE_ERROR,
  type OnStoreError,
} from './failoverBucketStore.js';
export { guarded } from './guarded.js';
export { LeaseBucketStore, type LeaseOptions } from './leaseBucketStore.js';
export { MemoryBucketStore } from './memoryBucketStore.js';
export type { Permit } from './permit.js';
export {
  type BucketPolicy,
  type Limit,
  type Limits,
  perDay,
  perHour,
  perMinute,
  perSecond,
} from './policy.js';
export { RateLimiter, type RateLimiterOptions } from './rateLimiter.js';
export { ceilSecs, type HeaderFields, LARGEST_INTEGER, retryAfterField } from './retryAfter.js';
export { type BucketStore, isStore, isThenable } from './store.js';
export { TokenBucket } from './tokenBucket.js';
