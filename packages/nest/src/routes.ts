import {
  type BucketStore,
  type CircuitBreakerGroup,
  MemoryBucketStore,
  type RateLimiter,
} from '@breaking/core';
import { check } from '@breaking/core/internal';
import { CircuitBreakerGate, ConcurrencyLimitGate, RateLimitGate } from '@breaking/http';
import { binding, type CallGate } from './call.js';
import { GatesOfKind, type Handler, type HandlerClass } from './gatesOfKind.js';
import { BreakingHandles } from './handles.js';
import type { BreakingOptions } from './options.js';

/** The gates in front of the handlers of an application. */
export class Routes {
  readonly #limits = new Map<string, RateLimiter<BucketStore>>();
  readonly #breakers = new Map<string, CircuitBreakerGroup>();
  /** The gates that need to know what a handler threw, or when it has ended. */
  readonly #observers = new WeakSet<CallGate>();
  readonly handles = new BreakingHandles(this.#limits, this.#breakers);
  readonly #gates = new WeakMap<HandlerClass, Map<Handler, readonly CallGate[]>>();
  readonly #concurrencyLimit: GatesOfKind<'concurrencyLimit'>;
  readonly #rateLimit: GatesOfKind<'rateLimit'>;
  readonly #circuitBreaker: GatesOfKind<'circuitBreaker'>;

  /** @throws TypeError or RangeError for a wrong option */
  constructor(options: BreakingOptions) {
    check.knownOptions('BreakingModule', options, ['rateLimit', 'circuitBreaker', 'concurrencyLimit']);
    this.#concurrencyLimit = concurrencyLimits(options, this.#observers);
    this.#rateLimit = rateLimits(options, this.#limits, this.#observers);
    this.#circuitBreaker = circuitBreakers(options, this.#breakers, this.#observers);
  }

  /**
   * Whether a gate needs to know what a handler threw or when it has ended: for an HTTP handler only certain gates, for a
   * resolver all.
   */
  wantsToKnow(gates: readonly CallGate[], isHttp: boolean): boolean {
    return isHttp ? gates.some(gate => this.#observers.has(gate)) : gates.length > 0;
  }

  /** The gates of a handler, in order. Made at the first use. */
  gatesOf(controller: HandlerClass, handler: Handler): readonly CallGate[] {
    let ofClass = this.#gates.get(controller);
    if (ofClass === undefined) {
      ofClass = new Map();
      this.#gates.set(controller, ofClass);
    }
    let gates = ofClass.get(handler);
    if (gates === undefined) {
      const kinds = [this.#concurrencyLimit, this.#rateLimit, this.#circuitBreaker];
      gates = kinds.flatMap(kind => kind.of(controller, handler));
      ofClass.set(handler, gates);
    }
    return gates;
  }
}

function concurrencyLimits({ concurrencyLimit }: BreakingOptions, observers: WeakSet<CallGate>) {
  const clock = concurrencyLimit?.clock;
  return new GatesOfKind('concurrencyLimit', {
    ofModule: listed(concurrencyLimit),
    isShared: true,
    make(own, name) {
      const gate = new ConcurrencyLimitGate(binding, named(own, name, { clock }), name);
      if (own.holdUntilHandled === true) observers.add(gate);
      return gate;
    },
  });
}

/** Limits of classes and handlers inherit the settings of the service from the module's limit. */
function rateLimits(
  { rateLimit }: BreakingOptions,
  limits: Map<string, RateLimiter<BucketStore>>,
  observers: WeakSet<CallGate>,
) {
  const { store = new MemoryBucketStore(), keyOf, addressOf, headers, clock } = rateLimit ?? {};
  const { onStoreError, storeDeadlineSecs } = rateLimit ?? {};
  const inherited = { store, keyOf, addressOf, headers, clock, onStoreError, storeDeadlineSecs };
  return new GatesOfKind('rateLimit', {
    ofModule: listed(rateLimit),
    isShared: true,
    make(own, name) {
      if (name !== undefined && own.name === undefined && limits.has(name)) {
        throw new TypeError(
          `rateLimit of ${name}: another limit has the same name, so this one must be given a name`,
        );
      }
      const gate = new RateLimitGate(binding, named(own, name, inherited), name);
      limits.set(gate.limiter.name, gate.limiter);
      if (own.refundWhen !== undefined) observers.add(gate);
      return gate;
    },
  });
}

function circuitBreakers(
  { circuitBreaker }: BreakingOptions,
  breakers: Map<string, CircuitBreakerGroup>,
  observers: WeakSet<CallGate>,
) {
  const clock = circuitBreaker?.clock;
  return new GatesOfKind('circuitBreaker', {
    ofModule: listed(circuitBreaker),
    isShared: false,
    make(own, name) {
      const gate = new CircuitBreakerGate(binding, named(own, name, { clock }), name);
      observers.add(gate);
      if (name !== undefined) breakers.set(own.name ?? name, gate.breakers);
      return gate;
    },
  });
}

function listed<O>(options: O | undefined): readonly O[] {
  return options === undefined ? [] : [options];
}

/** The options of a gate of a handler or class, with inherited defaults. An undefined option counts as not set. */
function named<O extends object>(own: O, name: string | undefined, inherited: Partial<O>): O {
  if (name === undefined) return own;
  const defined = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...inherited, name, ...Object.fromEntries(defined) } as O;
}
