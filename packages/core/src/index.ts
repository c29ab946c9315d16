export type { DecisionMessage, StoreErrorMessage } from './channels.js';
export * as check from './check.js';
export { type Clock, MockClock, MonotonicClock } from './clock.js';
export {
  type Decision,
  type DecisionSource,
  decided,
  type LimitState,
  sourced,
  sourceOf,
  undecided,
} from './decision.js';
export { StoreUnavailable, TimeoutError, TooManyRequests } from './errors.js';
export {
  FailoverBucketStore,
  type FailoverOptions,
  type OnStoreError,
  ON_STORE_ERROR,
} from './failoverBucketStore.js';
export { MemoryBucketStore } from './memoryBucketStore.js';
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
export { ceilSecs, type HeaderFields, retryAfterField } from './retryAfter.js';
export { type BucketStore, isStore, isThenable } from './store.js';
export { TokenBucket } from './tokenBucket.js';
