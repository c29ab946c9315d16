import { type ConcurrencyLimiterGroup, type Decision, MemoryBucketStore } from '@breaking/core';
import { check } from '@breaking/core/internal';
import {
  CircuitBreakerGate,
  type CircuitBreakerGateOptions,
  ConcurrencyLimitGate,
  type ConcurrencyLimitGateOptions,
  isWatched,
  pass,
  RateLimitGate,
  type RateLimitOptions,
  recordError,
} from '@breaking/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { binding } from './binding.js';
import { tellHandling } from './handling.js';
import { RouteGates } from './routeGates.js';

type RateLimit = RateLimitOptions<FastifyRequest>;
type CircuitBreaker = CircuitBreakerGateOptions<FastifyRequest>;
type ConcurrencyLimit = ConcurrencyLimitGateOptions<FastifyRequest>;

/**
 * A hook of a route or an instance, before the handler. It asks for so little that it suits every instance: of HTTP/1 and
 * HTTP/2, with a logger or a type provider of its own.
 */
export type GateHook = (request: object, reply: object, done: (error?: Error) => void) => void;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A limit of this route's own instead of the plugin's; false for none. */
    rateLimit?: RateLimit | false | undefined;
    /** A breaker with options of this route's own instead of the plugin's; false for none. */
    circuitBreaker?: CircuitBreaker | false | undefined;
    /** A concurrency limit of this route's own instead of the plugin's; false for none. */
    concurrencyLimit?: ConcurrencyLimit | false | undefined;
  }
  interface FastifyInstance {
    /** A hook that answers 429 to clients whose token bucket is empty. Each call makes a limit of its own. */
    rateLimit(options: RateLimit): GateHook;
    /** A hook that answers 503 while what is behind it keeps failing. Each call makes a breaker of its own. */
    circuitBreaker(options: CircuitBreaker): GateHook;
    /**
     * A hook that answers 503 while as many requests as may be are under way, with the limiters that it asks under
     * `concurrency`. Each call makes a limit of its own. With `holdUntilHandled`, call it before the routes are made.
     */
    concurrencyLimit(options: ConcurrencyLimit): GateHook & { readonly concurrency: ConcurrencyLimiterGroup };
  }
  interface FastifyRequest {
    /** The most restrictive decision of the rate limits that this request has met. */
    rateLimit: Decision | undefined;
  }
}

/** The options of the plugin: what each route gets, unless its `config` says otherwise. */
export interface BreakingOptions {
  /** One limit that all these routes share. */
  readonly rateLimit?: RateLimit | undefined;
  /** A breaker for each of these routes. */
  readonly circuitBreaker?: CircuitBreaker | undefined;
  /** One concurrency limit that all these routes share. */
  readonly concurrencyLimit?: ConcurrencyLimit | undefined;
}

/** `register` hands these options over together with those of the plugin. */
const REGISTER_OPTIONS = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Rate limits, circuit breakers and concurrency limits for the instance that it is registered on and all instances below,
 * including their not-found handlers. `config.rateLimit`, `config.circuitBreaker` and `config.concurrencyLimit` of a route
 * replace or remove them.
 * @throws TypeError or RangeError for a wrong option, when the plugin or the route is registered
 */
async function plugin(app: FastifyInstance, options: BreakingOptions): Promise<void> {
  check.knownOptions('breaking', options, [
    'rateLimit',
    'circuitBreaker',
    'concurrencyLimit',
    ...REGISTER_OPTIONS,
  ]);
  const limits = routeLimits(options.rateLimit);
  const breakers = routeBreakers(options.circuitBreaker);
  const concurrency = routeConcurrency(options.concurrencyLimit);
  let isHolding = options.concurrencyLimit?.holdUntilHandled === true;

  app.decorate('rateLimit', rateLimit);
  app.decorate('circuitBreaker', circuitBreaker);
  app.decorate('concurrencyLimit', (own: ConcurrencyLimit) => {
    isHolding ||= own?.holdUntilHandled === true;
    return concurrencyLimit(own);
  });
  if (!app.hasRequestDecorator('rateLimit')) app.decorateRequest('rateLimit', undefined);
  app.addHook('onRoute', route => {
    limits.prepare(route);
    breakers.prepare(route);
    concurrency.prepare(route);
    const own = route.config?.concurrencyLimit || undefined;
    if (isHolding || own?.holdUntilHandled) tellHandling(route);
  });
  app.addHook('onRequest', function breaking(request, reply, done) {
    // Fastify makes this object anew each time that it is asked for.
    const route = request.routeOptions;
    pass([concurrency.gateOf(route), limits.gateOf(route), breakers.gateOf(route)], reply, done);
  });
  app.addHook('onError', function recordErrors(_request, reply, error, done) {
    if (isWatched(reply.raw)) recordError(reply.raw, error);
    done();
  });
}

/** One limit for all routes. A route's own object makes a limit of its own, which inherits the settings of the service. */
function routeLimits(options: RateLimit | undefined): RouteGates<RateLimit> {
  const shared = options === undefined ? undefined : new RateLimitGate(binding, options);
  const { store = new MemoryBucketStore(), keyOf, headers, onStoreError, clock } = options ?? {};
  const inherited = { store, keyOf, headers, onStoreError, clock };
  return new RouteGates('rateLimit', (own, name) => {
    if (own === undefined) return shared;
    return new RateLimitGate(binding, { ...inherited, name, ...given(own) }, name);
  });
}

/** A breaker for each route, by the route's own options or else by those of the plugin. */
function routeBreakers(options: CircuitBreaker | undefined): RouteGates<CircuitBreaker> {
  const clock = options?.clock;
  // A wrong option of the plugin stops the program even if no route is made from it.
  if (options !== undefined) new CircuitBreakerGate(binding, options);
  return new RouteGates('circuitBreaker', (own = options, name) => {
    return own && new CircuitBreakerGate(binding, { clock, name, ...given(own) }, name);
  });
}

/** One concurrency limit for all routes. A route's own object makes a limit of its own. */
function routeConcurrency(options: ConcurrencyLimit | undefined): RouteGates<ConcurrencyLimit> {
  const shared = options === undefined ? undefined : new ConcurrencyLimitGate(binding, options);
  const clock = options?.clock;
  return new RouteGates('concurrencyLimit', (own, name) => {
    if (own === undefined) return shared;
    return new ConcurrencyLimitGate(binding, { clock, name, ...given(own) }, name);
  });
}

/** The options that are given: one that is undefined counts as not given. */
function given<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

function rateLimit(options: RateLimit): GateHook {
  const gates = [new RateLimitGate(binding, options)];
  return function rateLimit(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
}

function circuitBreaker(options: CircuitBreaker): GateHook {
  const gates = [new CircuitBreakerGate(binding, options)];
  return function circuitBreaker(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
}

function concurrencyLimit(options: ConcurrencyLimit) {
  const gate = new ConcurrencyLimitGate(binding, options);
  const gates = [gate];
  const hook: GateHook = function concurrencyLimit(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
  return Object.assign(hook, { concurrency: gate.concurrency });
}

/**
 * The plugin. It adds the decorators `app.rateLimit`, `app.circuitBreaker` and `app.concurrencyLimit`.
 *
 * @example
 * await app.register(breaking, { rateLimit: perMinute(100), circuitBreaker: { errorThreshold: 5, timeWindowSecs: 60 } });
 */
export const breaking = fastifyPlugin(plugin, { name: '@breaking/fastify', fastify: '5.x' });
