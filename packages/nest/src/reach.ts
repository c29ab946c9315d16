import { type Said, saidOf } from './decorators.js';
import type { Handler, HandlerClass } from './gatesOfKind.js';
import { BreakingGuard } from './guard.js';

const KINDS: readonly (keyof Said)[] = ['rateLimit', 'circuitBreaker', 'concurrencyLimit'];

// Metadata keys of Nest's decorators.
const ROUTE = 'path';
const MICROSERVICE = 'microservices:pattern';
const WEBSOCKET = 'websockets:message_mapping';
const GUARDS = '__guards__';

/** Whether decorators of a class or a handler set a gate, or that there is none. */
export function says(target: object): boolean {
  return KINDS.some(kind => saidOf(kind, target) !== undefined);
}

/** Whether they set a gate. */
function limits(target: object): boolean {
  return KINDS.some(kind => (saidOf(kind, target)?.length ?? 0) > 0);
}

/**
 * Checks that the guard runs for a handler whose decorators set gates. Otherwise they would silently do nothing.
 * @throws TypeError for a handler of microservices, and for one of a gateway without `@UseBreaking()`
 */
export function checkReached(owner: HandlerClass, handler: Handler): void {
  const name = `${owner.name}.${handler.name}`;
  const isRoute = Reflect.hasMetadata(ROUTE, handler);
  if (limits(handler) && Reflect.hasMetadata(MICROSERVICE, handler) && !isRoute) {
    throw new TypeError(`${name} handles messages of microservices, which cannot have limits or breakers`);
  }
  if (!Reflect.hasMetadata(WEBSOCKET, handler) || !(limits(handler) || limits(owner))) return;
  const guards: readonly unknown[] = [owner, handler].flatMap(
    each => Reflect.getMetadata(GUARDS, each) ?? [],
  );
  if (guards.some(isOurs)) return;
  throw new TypeError(
    `${name} has limits or breakers, but global guards do not run for gateways: add @UseBreaking() to it`,
  );
}

/** Guards are set as classes or as instances. */
function isOurs(guard: unknown): boolean {
  const made = typeof guard === 'function' ? guard.prototype : guard;
  return guard === BreakingGuard || made instanceof BreakingGuard;
}
