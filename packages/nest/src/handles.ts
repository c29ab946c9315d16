import type { BucketStore, CircuitBreakerGroup, RateLimiter } from '@breaking/core';

/**
 * The limiters and breakers of an application, by name. Inject it to look at or change them.
 *
 * @example
 * constructor(private readonly handles: BreakingHandles) {}
 */
export class BreakingHandles {
  /** The limiters of the module, of classes and of handlers. */
  readonly limits: ReadonlyMap<string, RateLimiter<BucketStore>>;
  /** The breakers of the handlers. */
  readonly breakers: ReadonlyMap<string, CircuitBreakerGroup>;

  constructor(
    limits: ReadonlyMap<string, RateLimiter<BucketStore>>,
    breakers: ReadonlyMap<string, CircuitBreakerGroup>,
  ) {
    this.limits = limits;
    this.breakers = breakers;
  }
}
