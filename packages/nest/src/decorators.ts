import { CircuitBreaker as CoreCircuitBreaker } from '@breaking/core';
import { check } from '@breaking/core/internal';
import type { CircuitBreakerOptions, ConcurrencyLimitOptions, RateLimitOptions } from './options.js';

/** A decorator of controllers, resolvers and gateways, and of their handlers. */
export type GateDecorator = ClassDecorator & MethodDecorator;

/** What decorators set for each kind of gate: the options of each decorator, in order; an empty list means no gate. */
export interface Said {
  readonly rateLimit: readonly RateLimitOptions[];
  readonly circuitBreaker: readonly CircuitBreakerOptions[];
  readonly concurrencyLimit: readonly ConcurrencyLimitOptions[];
}

const KEYS: Readonly<Record<keyof Said, symbol>> = {
  rateLimit: Symbol.for('breaking.nest.rateLimit'),
  circuitBreaker: Symbol.for('breaking.nest.circuitBreaker'),
  concurrencyLimit: Symbol.for('breaking.nest.concurrencyLimit'),
};

/** What the decorators of a class or handler set for one kind of gate; undefined without a decorator. */
export function saidOf<K extends keyof Said>(kind: K, target: object): Said[K] | undefined {
  return Reflect.getMetadata(KEYS[kind], target);
}

/**
 * Limits a handler, or all handlers of a class together, in place of the limit of the class or of the module. If a handler
 * has several, all of them count, the uppermost first, and each requires a `name`. `store`, `keyOf`, `addressOf`, `headers`,
 * `onStoreError`, `storeDeadlineSecs` and `clock` are inherited from the module's limit unless they are set.
 * @param options false for no limit
 *
 * @example
 * @RateLimit({ name: 'login', ...perMinute(5), keyOf: (req: LoginRequest) => req.body.email })
 * @Post('login')
 */
export function RateLimit(options: RateLimitOptions | false): GateDecorator {
  return decorator('RateLimit', 'rateLimit', options);
}

/** No rate limit for a handler, or for the handlers of a class: the same as `@RateLimit(false)`. */
export function SkipRateLimit(): GateDecorator {
  return decorator('SkipRateLimit', 'rateLimit', false);
}

/**
 * Limits how many requests of a handler, or of all handlers of a class together, are under way, in place of the limit of the
 * class or of the module.
 * @param options false for no limit
 */
export function ConcurrencyLimit(options: ConcurrencyLimitOptions | false): GateDecorator {
  return decorator('ConcurrencyLimit', 'concurrencyLimit', options);
}

/**
 * As a decorator, `@CircuitBreaker(options)` adds a breaker to a handler, or one to each handler of a class, in place of that
 * of the class or of the module; `@CircuitBreaker(false)` removes it. With `new`, it is core's CircuitBreaker, for calls.
 *
 * @example
 * @CircuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 })
 * @Get('pay')
 */
export const CircuitBreaker = new Proxy(CoreCircuitBreaker, {
  apply: (_core, _self, [options]) => decorator('CircuitBreaker', 'circuitBreaker', options),
}) as typeof CoreCircuitBreaker & ((options: CircuitBreakerOptions | false) => GateDecorator);

/** A circuit breaker for calls, as made by `new CircuitBreaker(…)`. */
export type CircuitBreaker = CoreCircuitBreaker;

/** @throws TypeError if it has no options, or decorates anything but a class or a method */
function decorator(name: string, kind: keyof Said, options: object | false): GateDecorator {
  if (options !== false && (typeof options !== 'object' || options === null)) {
    throw new TypeError(`@${name} must be given an object or false, got ${check.shown(options)}`);
  }
  return (target: object, property?: string | symbol, descriptor?: PropertyDescriptor) => {
    const decorated: unknown = property === undefined ? target : descriptor?.value;
    if (typeof decorated !== 'function') {
      throw new TypeError(`@${name} decorates classes and methods, got ${check.shown(property ?? target)}`);
    }
    add(name, kind, options, decorated);
  };
}

/** Decorators of a handler are called from the lowest to the uppermost. */
function add(name: string, kind: keyof Said, options: object | false, decorated: object): void {
  const others = Reflect.getOwnMetadata(KEYS[kind], decorated) as readonly object[] | undefined;
  const contradicts = others !== undefined && (options === false || others.length === 0);
  if (contradicts || (others !== undefined && kind !== 'rateLimit')) {
    throw new TypeError(`@${name} of ${nameOf(decorated)}: it contradicts or repeats another decorator`);
  }
  const all = options === false ? [] : [options, ...(others ?? [])];
  Reflect.defineMetadata(KEYS[kind], all, decorated);
}

function nameOf(decorated: object): string {
  return String((decorated as { readonly name?: unknown }).name);
}
