import { Inject } from '@nestjs/common';

const INJECTED = Symbol.for('breaking.nest.injectedLimiters');

/**
 * All names that were asked for in this process. Nest wants to know what a module provides before it makes the first object,
 * and which classes an application has is known later than that.
 */
const asked = new Set<string>();

/** The token under which the limiter of a name is provided: for `inject` of a factory, and for tests that replace it. */
export function getLimiterToken(name: string): string {
  asked.add(name);
  return `BreakingLimiter(${name})`;
}

/**
 * Injects the RateLimiter of the limit that has this name: to look at a key, to reset or to block it. The application does
 * not start if no limit has it.
 *
 * @example
 * constructor(@InjectLimiter('login') private readonly login: RateLimiter<BucketStore>) {}
 */
export function InjectLimiter(name: string): PropertyDecorator & ParameterDecorator {
  const inject = Inject(getLimiterToken(name));
  return (target: object, property: string | symbol | undefined, index?: number) => {
    const owner = typeof target === 'function' ? target : target.constructor;
    Reflect.defineMetadata(INJECTED, [...limitersInjectedInto(owner), name], owner);
    inject(target, property, index as number);
  };
}

/** The names of the limiters that a class is given. */
export function limitersInjectedInto(owner: object): readonly string[] {
  return Reflect.getMetadata(INJECTED, owner) ?? [];
}

/** The tokens of all limiters that were asked for, by their names. */
export function limiterTokens(): ReadonlyMap<string, string> {
  return new Map([...asked].map(name => [name, getLimiterToken(name)]));
}
