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
 * A hook of a route or an instance, before the handler. It asks for so little that it suits every instance: of HTTP/1 and
 * HTTP/2, with a logger or a type provider of its own.
 */
export type GateHook = (request: object, reply: object, done: (error?: Error) => void) => void;

/** A hook that limits, with what it looks into. */
export interface RateLimitHook extends GateHook {
  /** Its limiter, to look at a key, to reset or to block it. */
  readonly limiter: RateLimiter<BucketStore>;
  /** The key under which a request counts with the limiter. */
  keyOf(request: FastifyRequest): MaybePromise<string>;
}

/** A hook that breaks, with its breakers: one for each key. */
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
