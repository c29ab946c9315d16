import type { Contender } from '../contender.js';
import { newest } from '../newest.js';
import type { BreakerContender } from './breakerContender.js';

const PACKAGE = newest({ 20: 'opossum', 22: 'opossum10' });

/** Opossum with some of its options. */
export function opossum(name: string, options: { readonly timeout?: false }): BreakerContender {
  const guard = async <T>(callee: () => T | Promise<T>) => {
    const { default: CircuitBreaker }: typeof import('opossum') = await import(PACKAGE);
    // It keeps and changes the options object.
    const breaker = new CircuitBreaker<T>(callee, { ...options });
    return () => breaker.fire();
  };
  const contender: Contender = { name, role: 'peer', packages: [PACKAGE] };
  return { ...contender, guard, guardSync: guard };
}
