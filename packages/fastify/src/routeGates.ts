import { check } from '@breaking/core/internal';
import type { Gate } from '@breaking/http';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { routeNames } from './routeName.js';

type RouteGate = Gate<FastifyReply, FastifyRequest>;
type GateOption = 'rateLimit' | 'circuitBreaker' | 'concurrencyLimit';

/** The gates of one route, by the registration of the plugin that created them. */
type Gates<O extends object> = ReadonlyMap<RouteGates<O>, RouteGate | undefined>;

/** A route's config: the options of each kind of gate, and under a symbol the gates created from them. */
type Config = Record<PropertyKey, unknown>;

const MADE: Readonly<Record<GateOption, symbol>> = {
  rateLimit: Symbol('breaking.rateLimit'),
  circuitBreaker: Symbol('breaking.circuitBreaker'),
  concurrencyLimit: Symbol('breaking.concurrencyLimit'),
};

/** The gates of one kind that one registration of the plugin puts in front of its routes. */
export class RouteGates<O extends object> {
  readonly #option: GateOption;
  readonly #make: (own: O | undefined, name: string) => RouteGate | undefined;
  readonly #byName = new Map<string, { own: O | undefined; gate: RouteGate | undefined }>();

  /** @param make creates the gate of a route from the options in its config, if there are any */
  constructor(option: GateOption, make: (own: O | undefined, name: string) => RouteGate | undefined) {
    this.#option = option;
    this.#make = make;
  }

  /** For `onRoute`: a wrong option throws here, not at the first request. */
  prepare(route: RouteOptions): void {
    const config: Config = { ...route.config };
    config[MADE[this.#option]] = this.#gates(config, route);
    route.config = config;
  }

  /** The gate that requests to a route must pass, if there is one. */
  gateOf(route: FastifyRequest['routeOptions']): RouteGate | undefined {
    const config = route.config as unknown as Config;
    const gates = this.#madeOf(config);
    if (gates?.has(this)) return gates.get(this);
    // A registration of a child instance has the route's own option.
    if (gates !== undefined && config[this.#option] !== undefined) return undefined;
    // The not-found handler, or a route that was declared before the plugin.
    const made = this.#gates(config, route);
    config[MADE[this.#option]] = made;
    return made.get(this);
  }

  #madeOf(config: Config): Gates<O> | undefined {
    return config[MADE[this.#option]] as Gates<O> | undefined;
  }

  /**
   * Nested registrations each put a gate in front of a route. The route's own options apply only to the gate of the innermost
   * registration.
   */
  #gates(config: Config, route: RouteLike): Gates<O> {
    const own = config[this.#option] as O | false | undefined;
    if (own === false) return new Map([[this, undefined]]);
    const outer = own === undefined ? (this.#madeOf(config) ?? []) : [];
    return new Map([...outer, [this, this.#gate(own, route)]]);
  }

  /** One gate for each route. A HEAD route that Fastify adds shares the gate of GET. */
  #gate(own: O | undefined, route: RouteLike): RouteGate | undefined {
    const { all, each } = routeNames(route);
    if (own !== undefined && (typeof own !== 'object' || own === null)) {
      throw new TypeError(`${this.#option} of ${all} must be an object or false, got ${check.shown(own)}`);
    }
    const known = each.map(name => this.#byName.get(name)).find(found => found?.own === own);
    const { gate } = known ?? { gate: this.#make(own, all) };
    for (const name of each) this.#byName.set(name, { own, gate });
    return gate;
  }
}

type RouteLike = Parameters<typeof routeNames>[0];

type Route = FastifyRequest['routeOptions'];
type PassedGates = readonly (RouteGate | undefined)[];

/**
 * Remembers the gates that requests to each route pass, from its first request on. Searching for the gates of three kinds takes 0.15 µs.
 * Fastify makes new options of a route for each request, but not a new config.
 */
export function gatesByRoute(find: (route: Route) => PassedGates): (route: Route) => PassedGates {
  const known = new WeakMap<object, PassedGates>();
  return route => {
    const remembered = known.get(route.config);
    if (remembered !== undefined) return remembered;
    const found = find(route).filter(gate => gate !== undefined);
    known.set(route.config, found);
    return found;
  };
}
