import { Inject } from '@nestjs/common';

const INJECTED = Symbol.for('breaking.nest.injectedLimiters');

/**
 * All names that `InjectLimiter` was called with in this process. Nest needs the providers of a module before it makes the
 * first object, and at that time the classes of the application are not known yet.
 */
const asked = new Set<string>();

/** The token of the limiter with this name: for `inject` of a factory, and for tests that replace it. */
export function getLimiterToken(name: string): string {
  asked.add(name);
  return `BreakingLimiter(${name})`;
}

/**
 * Injects the RateLimiter of the limit with this name, with which to look at, reset or block a key. If no limit has the name,
 * the application does not start.
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

/** The names of the limiters that are injected into a class. */
export function limitersInjectedInto(owner: object): readonly string[] {
  return Reflect.getMetadata(INJECTED, owner) ?? [];
}

/** The tokens of all limiters to inject, by name. */
export function limiterTokens(): ReadonlyMap<string, string> {
  return new Map([...asked].map(name => [name, getLimiterToken(name)]));
}
