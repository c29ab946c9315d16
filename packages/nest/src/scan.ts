import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { type Said, saidOf } from './decorators.js';
import type { Handler, HandlerClass } from './gatesOfKind.js';
import type { BreakingOptions } from './options.js';
import { Routes } from './routes.js';

const KINDS: readonly (keyof Said)[] = ['rateLimit', 'circuitBreaker', 'concurrencyLimit'];

/**
 * Makes the gates of all handlers of an application, so that a wrong option stops it when it starts and limiters can be
 * injected. Those of modules that are loaded later are made when they are first asked.
 * @throws TypeError or RangeError for a wrong option
 */
export function routesOf(options: BreakingOptions, modules: ModulesContainer): Routes {
  const routes = new Routes(options);
  for (const { controllers, providers } of modules.values()) {
    for (const { metatype } of controllers.values()) prepare(routes, metatype, true);
    for (const { metatype } of providers.values()) prepare(routes, metatype, false);
  }
  return routes;
}

/** Providers are resolvers and gateways too, and services: those that say something of limits are meant. */
function prepare(routes: Routes, metatype: unknown, isController: boolean): void {
  if (!isClass(metatype)) return;
  const isMeant = isController || KINDS.some(kind => saidOf(kind, metatype) !== undefined);
  for (const handler of methodsOf(metatype)) {
    const says = KINDS.some(kind => saidOf(kind, handler) !== undefined);
    // Whatever makes a method a handler leaves metadata on it.
    if (says || (isMeant && Reflect.getMetadataKeys(handler).length > 0)) routes.gatesOf(metatype, handler);
  }
}

function isClass(metatype: unknown): metatype is HandlerClass {
  return (
    typeof metatype === 'function' && typeof metatype.prototype === 'object' && metatype.prototype !== null
  );
}

function methodsOf({ prototype }: HandlerClass): readonly Handler[] {
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .map(name => prototype[name])
    .filter(method => typeof method === 'function');
}
