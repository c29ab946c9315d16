import type { BucketStore, CircuitBreakerGroup, RateLimiter } from '@breaking/core';

/**
 * What limits and breaks the handlers of an application, by name: to be injected where it is looked into.
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
