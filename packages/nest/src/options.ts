import type {
  CircuitBreakerGateOptions,
  ConcurrencyLimitGateOptions,
  RateLimitOptions as RateLimitGateOptions,
} from '@breaking/http';
import type { NestRequest } from './request.js';

/** The options of a rate limit: one bucket, or several named ones under `limits`, and the settings. */
export type RateLimitOptions = RateLimitGateOptions<NestRequest>;

/** The options of a circuit breaker for requests. */
export type CircuitBreakerOptions = CircuitBreakerGateOptions<NestRequest>;

/** The options of a concurrency limit. */
export type ConcurrencyLimitOptions = ConcurrencyLimitGateOptions<NestRequest>;

/** The options of the module: the gates of each handler, unless its decorators or those of its class set others. */
export interface BreakingOptions {
  /** One limit that all handlers share. */
  readonly rateLimit?: RateLimitOptions | undefined;
  /** A breaker for each handler. */
  readonly circuitBreaker?: CircuitBreakerOptions | undefined;
  /** One concurrency limit that all handlers share. */
  readonly concurrencyLimit?: ConcurrencyLimitOptions | undefined;
}
