/** What Breaking's own packages share in addition to the public names. It may change with any version: do not import it. */

export { whenAborted } from './base/abort.js';
export { callbackWarning, unthrowing } from './base/callback.js';
export * as check from './base/check.js';
export { wakeAt } from './base/clock.js';
export { asDeadline } from './base/deadline.js';
export { withoutStack } from './base/errors.js';
export { ceilSecs, LARGEST_INTEGER, retryAfterField } from './base/retryAfter.js';
export { isThenable } from './base/thenable.js';
export { emitWarning, RareWarning } from './base/warning.js';
export { groupNamed } from './breaker/circuitBreakerGroup.js';
export { CIRCUIT_BREAKER_OPTIONS } from './breaker/options.js';
export { isCallersAbort } from './breaker/outcome.js';
export { whenAsked } from './breaker/permit.js';
export {
  areThere,
  type Cost,
  costAt,
  longestWait,
  SAME_MOMENT_SECS,
  secondsUntilThere,
} from './bucket/debt.js';
export { debtsAfter, limitsAsked, refusedFor, tokensLeftAt, undecided } from './bucket/decided.js';
export { blockSecsOf } from './bucket/decidedRequest.js';
export { LARGEST_CAPACITY, namedLimits } from './bucket/policy.js';
export { concurrencyGroupNamed } from './concurrency/concurrencyLimiterGroup.js';
export { CONCURRENCY_LIMITER_OPTIONS } from './concurrency/options.js';
export * from './internalTypes.js';
export { enforcement } from './limiter/enforcement.js';
export { limiterNamed } from './limiter/rateLimiter.js';
export { asCost } from './limiter/wants.js';
export { AnswerDeadline } from './store/answerDeadline.js';
export { ON_STORE_ERROR } from './store/events.js';
export { asStore, DEFAULT_DEADLINE_SECS } from './store/store.js';
export { sureStore } from './store/sureStore.js';
