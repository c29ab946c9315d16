export { addressKey } from './base/addressKey.js';
export { type Clock, MockClock, MonotonicClock } from './base/clock.js';
export { TimeoutError } from './base/errors.js';
export type { HeaderFields } from './base/retryAfter.js';
export type { RunOptions } from './breaker/call.js';
export { CircuitBreaker } from './breaker/circuitBreaker.js';
export { CircuitBreakerGroup, type CircuitBreakerGroupOptions } from './breaker/circuitBreakerGroup.js';
export { TooManyErrors } from './breaker/errors.js';
export type {
  CallMessage,
  CallOutcome,
  CircuitState,
  TransitionMessage,
  TransitionReason,
} from './breaker/events.js';
export { type GuardedDecorator, guarded } from './breaker/guarded.js';
export type { CircuitBreakerOptions, ErrorType } from './breaker/options.js';
export type { Permit } from './breaker/permit.js';
export { allThere, cappedDebt, debtAt } from './bucket/debt.js';
export { decided, sourced } from './bucket/decided.js';
export { sourceOf } from './bucket/decidedRequest.js';
export type { Allowed, Decision, DecisionSource, Refused } from './bucket/decision.js';
export type { LimitState } from './bucket/limitState.js';
export {
  type BucketPolicy,
  type Limit,
  type Limits,
  perDay,
  perHour,
  perMinute,
  perSecond,
} from './bucket/policy.js';
export { TokenBucket } from './bucket/tokenBucket.js';
export { ConcurrencyLimiter } from './concurrency/concurrencyLimiter.js';
export {
  ConcurrencyLimiterGroup,
  type ConcurrencyLimiterGroupOptions,
} from './concurrency/concurrencyLimiterGroup.js';
export { Overloaded } from './concurrency/errors.js';
export type { ConcurrencyMessage } from './concurrency/events.js';
export type { ConcurrencyLimiterOptions } from './concurrency/options.js';
export { StoreUnavailable, TooManyRequests } from './limiter/errors.js';
export type { DecisionMessage } from './limiter/events.js';
export type { RateLimiterOptions, WaitOptions } from './limiter/options.js';
export { RateLimiter } from './limiter/rateLimiter.js';
export { DenyCacheBucketStore, type DenyCacheOptions } from './store/denyCacheBucketStore.js';
export type { OnStoreError, StoreErrorMessage } from './store/events.js';
export { FailoverBucketStore, type FailoverOptions } from './store/failoverBucketStore.js';
export { LeaseBucketStore, type LeaseOptions } from './store/lease/leaseBucketStore.js';
export { MemoryBucketStore } from './store/memory/memoryBucketStore.js';
export type { Lockout, Reservation, Reservations, ReserveOptions, Want } from './store/reservation.js';
export type { BucketStore } from './store/store.js';
