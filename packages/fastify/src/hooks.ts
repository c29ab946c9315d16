import type { BucketStore, CircuitBreakerGroup, ConcurrencyLimiterGroup, RateLimiter } from '@breaking/core';
import {
  CircuitBreakerGate,
  type CircuitBreakerGateOptions,
  ConcurrencyLimitGate,
  type ConcurrencyLimitGateOptions,
  type MaybePromise,
  optionsAlone,
  pass,
  RateLimitGate,
  type RateLimitOptions,
} from '@breaking/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { binding } from './binding.js';

/**
 * A hook of a route or an instance, before the handler. Its minimal types fit every instance: HTTP/1 or HTTP/2, with any
 * logger or type provider.
 */
export type GateHook = (request: object, reply: object, done: (error?: Error) => void) => void;

/** A hook with a rate limit. */
export interface RateLimitHook extends GateHook {
  /** The limiter: look at, reset or block a key. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key under which a request counts with the limiter. */
  keyOf(request: FastifyRequest): MaybePromise<string>;
}

/** A hook with a circuit breaker for each key. */
export interface CircuitBreakerHook extends GateHook {
  readonly breakers: CircuitBreakerGroup;
}

export function rateLimit(options: RateLimitOptions<FastifyRequest>, ...others: never[]): RateLimitHook {
  optionsAlone('rateLimit', others);
  const gate = new RateLimitGate(binding, options);
  const gates = [gate];
  const hook: GateHook = function rateLimit(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
  // A key depends on the request alone.
  const keyOf = (request: FastifyRequest) => gate.keyOf({ request } as FastifyReply);
  return Object.assign(hook, { limiter: gate.limiter, keyOf });
}

export function circuitBreaker(
  options: CircuitBreakerGateOptions<FastifyRequest>,
  ...others: never[]
): CircuitBreakerHook {
  optionsAlone('circuitBreaker', others);
  const gate = new CircuitBreakerGate(binding, options);
  const gates = [gate];
  const hook: GateHook = function circuitBreaker(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
  return Object.assign(hook, { breakers: gate.breakers });
}

export function concurrencyLimit(
  options: ConcurrencyLimitGateOptions<FastifyRequest>,
  ...others: never[]
): GateHook & { readonly concurrency: ConcurrencyLimiterGroup } {
  optionsAlone('concurrencyLimit', others);
  const gate = new ConcurrencyLimitGate(binding, options);
  const gates = [gate];
  const hook: GateHook = function concurrencyLimit(_request, reply, done) {
    pass(gates, reply as FastifyReply, done);
  };
  return Object.assign(hook, { concurrency: gate.concurrency });
}
