import type { CircuitBreaker } from './circuitBreaker.js';

/**
 * A standard method decorator (not one of `experimentalDecorators`): sends each call of the method, on any instance,
 * through `breaker`, as `wrap` does.
 *
 * @example
 * class Payments {
 *   @guarded(breaker)
 *   async pay(order: Order) { ... }
 * }
 */
export function guarded(breaker: CircuitBreaker) {
  return <F extends (...args: never[]) => unknown>(method: F, _context: { readonly kind: 'method' }): F =>
    breaker.wrap(method);
}
