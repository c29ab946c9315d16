import { MemoryBucketStore } from '@breaking/core';
import { type Gate, RateLimitGate, type RateLimitOptions } from '@breaking/http';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { binding } from './binding.js';
import { routeName } from './routeName.js';

type Options = RateLimitOptions<FastifyRequest>;

const ROUTE_LIMIT = Symbol('breaking.routeLimit');

/** A route's own limit, kept in its config, and the registration of the plugin that made it. */
interface RouteLimit {
  readonly owner: RouteLimits;
  readonly gate: Gate<FastifyReply>;
}

type Config = { readonly rateLimit?: Options | false | undefined } & { [ROUTE_LIMIT]?: RouteLimit };

/** The rate limits of one registration of the plugin: its own, and those of the routes that have one of their own. */
export class RouteLimits {
  readonly #gate: Gate<FastifyReply> | undefined;
  readonly #inherited: Partial<Options>;

  constructor(options: Options | undefined) {
    this.#gate = options && new RateLimitGate(binding, options);
    const { store = new MemoryBucketStore(), keyOf, headers, onStoreError, clock } = options ?? {};
    this.#inherited = { store, keyOf, headers, onStoreError, clock };
  }

  /** For `onRoute`: a wrong option stops the program here, not at the first request. */
  prepare(route: RouteOptions): void {
    const config: Config = route.config ?? {};
    if (config.rateLimit === undefined || config.rateLimit === false) return;
    // Where registrations are nested, the innermost comes last and has the route.
    const limit = this.#limitOf(config.rateLimit, routeName(route));
    route.config = { ...route.config, [ROUTE_LIMIT]: limit } as Config;
  }

  /** The gate that a request has to pass: its route's own, else this registration's. */
  gateOf(request: FastifyRequest): Gate<FastifyReply> | undefined {
    const config: Config & { method?: string | string[]; url?: string } = request.routeOptions.config;
    if (config.rateLimit === undefined) return this.#gate;
    if (config.rateLimit === false) return undefined;
    // A route that was there before the plugin was not prepared.
    config[ROUTE_LIMIT] ??= this.#limitOf(config.rateLimit, routeName(config));
    return config[ROUTE_LIMIT].owner === this ? config[ROUTE_LIMIT].gate : undefined;
  }

  #limitOf(own: Options, name: string): RouteLimit {
    const gate = new RateLimitGate(
      binding,
      { ...this.#inherited, name, ...own } as Options,
      `rateLimit of ${name}`,
    );
    return { owner: this, gate };
  }
}
