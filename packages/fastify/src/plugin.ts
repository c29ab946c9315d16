import { check, type Decision } from '@breaking/core';
import { RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { binding, pass } from './binding.js';
import { RouteLimits } from './routeLimits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A limit of this route's own instead of the plugin's; false for none. */
    rateLimit?: RateLimitOptions<FastifyRequest> | false | undefined;
  }
  interface FastifyInstance {
    /** A hook that answers 429 to clients whose token bucket is empty; each call makes a limit of its own. */
    rateLimit(options: RateLimitOptions<FastifyRequest>): onRequestHookHandler;
  }
  interface FastifyRequest {
    /** The most restrictive decision of the rate limits that this request has met. */
    rateLimit: Decision | undefined;
  }
}

/** The options of the plugin: what every route gets that does not say otherwise in its `config`. */
export interface BreakingOptions {
  readonly rateLimit?: RateLimitOptions<FastifyRequest> | undefined;
}

/** `register` adds these to the plugin's own. */
const REGISTER_OPTIONS = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Rate limits for the instance that it is registered on and all below. Routes registered later, and the not-found
 * handler, pass the plugin's limit; `config.rateLimit` of a route replaces or removes it.
 * @throws TypeError or RangeError for a wrong option, when it is registered
 */
async function plugin(app: FastifyInstance, options: BreakingOptions): Promise<void> {
  check.knownOptions('breaking', options, ['rateLimit', ...REGISTER_OPTIONS]);
  const limits = new RouteLimits(options.rateLimit);

  app.decorate('rateLimit', rateLimit);
  if (!app.hasRequestDecorator('rateLimit')) app.decorateRequest('rateLimit', undefined);
  app.addHook('onRoute', route => limits.prepare(route));
  app.addHook('onRequest', function rateLimit(request, reply, done) {
    const gate = limits.gateOf(request);
    if (gate === undefined) done();
    else pass(gate, reply, done);
  });
}

function rateLimit(options: RateLimitOptions<FastifyRequest>): onRequestHookHandler {
  const gate = new RateLimitGate(binding, options);
  return function rateLimit(_request, reply, done) {
    pass(gate, reply, done);
  };
}

export const breaking = fastifyPlugin(plugin, { name: '@breaking/fastify', fastify: '5.x' });
