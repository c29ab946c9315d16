export type { DecisionMessage, StoreErrorMessage } from './channels.js';
export { type Clock, MockClock, MonotonicClock } from './clock.js';
export {
  type Decision,
  type DecisionSource,
  decided,
  type LimitState,
  sourceOf,
  undecided,
} from './decision.js';
export { type HeaderFields, TooManyRequests } from './errors.js';
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
export type { BucketStore } from './store.js';
export { TokenBucket } from './tokenBucket.js';
