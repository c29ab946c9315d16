import { shown } from '../base/check.js';
import type { CircuitBreaker } from './circuitBreaker.js';

type Method = (...args: never[]) => unknown;

/** A method decorator, both standard and for `experimentalDecorators`. */
export interface GuardedDecorator {
  <F extends Method>(method: F, context: { readonly kind: 'method' }): F;
  <F extends Method>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>;
}

/**
 * A method decorator that sends each call of the method, on any instance, through `breaker`, as `wrap` does. It works
 * as a standard decorator and with TypeScript's `experimentalDecorators` (NestJS, Angular).
 *
 * Metadata of `reflect-metadata` is copied from the method, so the order of decorators does not matter.
 *
 * @example
 * class Payments {
 *   @guarded(breaker)
 *   async pay(order: Order) { ... }
 * }
 *
 * @throws TypeError if it decorates anything but a method, when the class is defined
 */
export function guarded(breaker: Pick<CircuitBreaker, 'wrap'>): GuardedDecorator {
  const wrap = <F extends Method>(method: F): F => withMetadataOf(method, breaker.wrap(method));
  function decorate(target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown {
    if (typeof context !== 'string' && typeof context !== 'symbol') return wrap(target as Method);
    if (typeof descriptor?.value === 'function') return { ...descriptor, value: wrap(descriptor.value) };
    throw new TypeError(`guarded: ${String(context)} must be a method, got ${shown(descriptor?.value)}`);
  }
  return decorate as GuardedDecorator;
}

/** The functions that `reflect-metadata` adds to `Reflect`. */
interface Metadata {
  getOwnMetadataKeys(target: object): unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** NestJS stores the metadata of decorators such as `@Get()` on the function. */
function withMetadataOf<F extends Method>(from: F, to: F): F {
  const reflect = Reflect as unknown as Partial<Metadata>;
  if (reflect.getOwnMetadataKeys === undefined) return to;
  const { getOwnMetadataKeys, getOwnMetadata, defineMetadata } = reflect as Metadata;
  for (const key of getOwnMetadataKeys(from)) defineMetadata(key, getOwnMetadata(key, from), to);
  return to;
}
