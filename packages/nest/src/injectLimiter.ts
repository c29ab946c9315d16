import { Inject } from '@nestjs/common';

/**
 * The names that were asked for. Decorators run before any module is there, and Nest wants to know what a module provides
 * before it makes the first object.
 */
const asked = new Set<string>();

/** The token under which the limiter of a name is provided: for tests that replace it, and for `app.get(…)`. */
export function getLimiterToken(name: string): string {
  return `BreakingLimiter(${name})`;
}

/**
 * Injects the RateLimiter of the limit that has this name: to look at a key, to reset or to block it.
 *
 * @example
 * constructor(@InjectLimiter('login') private readonly login: RateLimiter) {}
 */
export function InjectLimiter(name: string): PropertyDecorator & ParameterDecorator {
  asked.add(name);
  return Inject(getLimiterToken(name));
}

/** The names that `InjectLimiter` was called with. */
export function injectedLimiters(): readonly string[] {
  return [...asked];
}
