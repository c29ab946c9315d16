import {
  type BucketStore,
  type CircuitBreakerGroup,
  type ConcurrencyLimiterGroup,
  type Decision,
  MemoryBucketStore,
  type RateLimiter,
} from '@breaking/core';
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
import {
  type CircuitBreakerHook,
  circuitBreaker,
  concurrencyLimit,
  type GateHook,
  type RateLimitHook,
  rateLimit,
} from './hooks.js';
import { gatesByRoute, RouteGates } from './routeGates.js';

type RateLimit = RateLimitOptions<FastifyRequest>;
type CircuitBreaker = CircuitBreakerGateOptions<FastifyRequest>;
type ConcurrencyLimit = ConcurrencyLimitGateOptions<FastifyRequest>;

/** The gates in front of the routes of one registration, by name. */
export interface Handles {
  /** The limiter of the plugin, and those of routes with their own limit. */
  readonly limits: ReadonlyMap<string, RateLimiter<BucketStore>>;
  /** The breakers of the routes. */
  readonly breakers: ReadonlyMap<string, CircuitBreakerGroup>;
  /** The concurrency limit of the plugin, and those of routes with their own. */
  readonly concurrency: ReadonlyMap<string, ConcurrencyLimiterGroup>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route's own limit instead of the plugin's; false for none. */
    rateLimit?: RateLimit | false | undefined;
    /** A breaker with this route's own options instead of the plugin's; false for none. */
    circuitBreaker?: CircuitBreaker | false | undefined;
    /** This route's own concurrency limit instead of the plugin's; false for none. */
    concurrencyLimit?: ConcurrencyLimit | false | undefined;
  }
  interface FastifyInstance {
    /** A hook that answers 429 to clients whose token bucket is empty. Each call creates a separate limit. */
    rateLimit(options: RateLimit): RateLimitHook;
    /** A hook that answers 503 while the handlers after it keep failing. Each call creates a separate breaker. */
    circuitBreaker(options: CircuitBreaker): CircuitBreakerHook;
    /**
     * A hook that answers 503 while the maximum number of requests is in flight, with its limiters under `concurrency`. Each
     * call creates a separate limit. With `holdUntilHandled`, call it before the routes are declared.
     */
    concurrencyLimit(options: ConcurrencyLimit): GateHook & { readonly concurrency: ConcurrencyLimiterGroup };
    /** The limiters and breakers of the plugin and its routes. */
    breaking: Handles;
  }
  interface FastifyRequest {
    /** The most restrictive decision of this request's rate limits so far. */
    rateLimit: Decision | undefined;
  }
}

/** The options of the plugin: the gates of each route, unless its `config` says otherwise. */
export interface BreakingOptions {
  /** One limit that all these routes share. */
  readonly rateLimit?: RateLimit | undefined;
  /** A breaker for each of these routes. */
  readonly circuitBreaker?: CircuitBreaker | undefined;
  /** One concurrency limit that all these routes share. */
  readonly concurrencyLimit?: ConcurrencyLimit | undefined;
}

/** `register` passes these options together with those of the plugin. */
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
  const handles = { limits: new Map(), breakers: new Map(), concurrency: new Map() };
  const limits = routeLimits(options.rateLimit, handles.limits);
  const breakers = routeBreakers(options.circuitBreaker, handles.breakers);
  const concurrency = routeConcurrency(options.concurrencyLimit, handles.concurrency);
  let isHolding = options.concurrencyLimit?.holdUntilHandled === true;

  app.decorate('breaking', handles);
  app.decorate('rateLimit', rateLimit);
  app.decorate('circuitBreaker', circuitBreaker);
  app.decorate('concurrencyLimit', (own: ConcurrencyLimit, ...others: never[]) => {
    isHolding ||= own?.holdUntilHandled === true;
    return concurrencyLimit(own, ...others);
  });
  if (!app.hasRequestDecorator('rateLimit')) app.decorateRequest('rateLimit', undefined);
  app.addHook('onRoute', route => {
    limits.prepare(route);
    breakers.prepare(route);
    concurrency.prepare(route);
    const own = route.config?.concurrencyLimit || undefined;
    if (isHolding || own?.holdUntilHandled) tellHandling(route);
  });
  const gatesOf = gatesByRoute(route => [
    concurrency.gateOf(route),
    limits.gateOf(route),
    breakers.gateOf(route),
  ]);
  app.addHook('onRequest', function breaking(request, reply, done) {
    pass(gatesOf(request.routeOptions), reply, done);
  });
  app.addHook('onError', function recordErrors(_request, reply, error, done) {
    if (isWatched(reply.raw)) recordError(reply.raw, error);
    done();
  });
}

/** One limit for all routes. A route's own object creates a separate limit, which inherits the settings of the service. */
function routeLimits(
  options: RateLimit | undefined,
  limits: Map<string, RateLimiter<BucketStore>>,
): RouteGates<RateLimit> {
  const shared = options === undefined ? undefined : new RateLimitGate(binding, options);
  if (shared !== undefined) limits.set(shared.limiter.name, shared.limiter);
  const { store = new MemoryBucketStore(), onStoreError, storeDeadlineSecs, headers, clock } = options ?? {};
  const { keyOf, addressOf, ipv6PrefixBits } = options ?? {};
  const clients = { keyOf, addressOf, ipv6PrefixBits };
  const inherited = { store, onStoreError, storeDeadlineSecs, headers, clock, ...clients };
  return new RouteGates('rateLimit', (own, name) => {
    if (own === undefined) return shared;
    const gate = new RateLimitGate(binding, { ...inherited, name, ...withoutUndefined(own) }, name);
    limits.set(gate.limiter.name, gate.limiter);
    return gate;
  });
}

/** A breaker for each route, by the route's own options or else by those of the plugin. */
function routeBreakers(
  options: CircuitBreaker | undefined,
  breakers: Map<string, CircuitBreakerGroup>,
): RouteGates<CircuitBreaker> {
  const clock = options?.clock;
  // A wrong option of the plugin stops the program even if no route is made from it.
  if (options !== undefined) new CircuitBreakerGate(binding, options);
  return new RouteGates('circuitBreaker', (own = options, name) => {
    if (own === undefined) return undefined;
    const gate = new CircuitBreakerGate(binding, { clock, name, ...withoutUndefined(own) }, name);
    breakers.set(own.name ?? name, gate.breakers);
    return gate;
  });
}

/** One concurrency limit for all routes. A route's own object creates a separate limit. */
function routeConcurrency(
  options: ConcurrencyLimit | undefined,
  groups: Map<string, ConcurrencyLimiterGroup>,
): RouteGates<ConcurrencyLimit> {
  const listed = (gate: ConcurrencyLimitGate<FastifyReply, FastifyRequest>) => {
    groups.set(gate.concurrency.name, gate.concurrency);
    return gate;
  };
  const shared = options === undefined ? undefined : listed(new ConcurrencyLimitGate(binding, options));
  const clock = options?.clock;
  return new RouteGates('concurrencyLimit', (own, name) => {
    if (own === undefined) return shared;
    return listed(new ConcurrencyLimitGate(binding, { clock, name, ...withoutUndefined(own) }, name));
  });
}

/** The options that are set. An undefined option counts as not set. */
function withoutUndefined<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

/**
 * The plugin. It adds the decorators `app.rateLimit`, `app.circuitBreaker`, `app.concurrencyLimit` and `app.breaking`.
 *
 * @example
 * await app.register(breaking, { rateLimit: perMinute(100), circuitBreaker: { errorThreshold: 5, timeWindowSecs: 60 } });
 */
export const breaking = fastifyPlugin(plugin, { name: '@breaking/fastify', fastify: '5.x' });
