import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import type { Handler, HandlerClass } from './gatesOfKind.js';
import { limitersInjectedInto } from './injectLimiter.js';
import { intercept } from './interceptor.js';
import type { BreakingOptions } from './options.js';
import { checkReached, says } from './reach.js';
import { Routes } from './routes.js';

/** The metadata key of @nestjs/graphql on resolvers. The module's gates apply to them even without decorators. */
const RESOLVER = 'graphql:resolver_type';

/**
 * Makes the gates of all handlers of an application, so that a wrong option stops it at the start and limiters can be
 * injected. For modules that are loaded later, they are made at the first use.
 * @throws TypeError or RangeError for a wrong option, TypeError for decorators of a handler for which the guard does not run,
 *   Error if a limiter to inject does not exist
 */
export function routesOf(options: BreakingOptions, modules: ModulesContainer): Routes {
  const routes = new Routes(options);
  const imported = [...modules.values()].filter(({ providers }) => providers.has(Routes)).length;
  if (imported > 1) {
    throw new Error(`BreakingModule: forRoot or forRootAsync must be imported once, got ${imported} times`);
  }
  const classes: HandlerClass[] = [];
  for (const { controllers, providers } of modules.values()) {
    const ofControllers = [...controllers.values()].map(({ metatype }) => metatype).filter(isClass);
    const ofProviders = [...providers.values()].map(({ metatype }) => metatype).filter(isClass);
    for (const controller of ofControllers) prepare(routes, controller, true);
    for (const provider of ofProviders) prepare(routes, provider, false);
    classes.push(...ofControllers, ...ofProviders);
  }
  for (const each of classes) checkInjected(routes, each);
  return routes;
}

/** @throws Error if a limiter to inject into the class does not exist */
function checkInjected({ handles: { limits } }: Routes, into: HandlerClass): void {
  const missing = limitersInjectedInto(into).find(name => !limits.has(name));
  if (missing === undefined) return;
  const names = [...limits.keys()].map(name => `"${name}"`).join(', ') || 'none';
  throw new Error(`InjectLimiter of ${into.name}: no limit is named "${missing}"; the names are ${names}`);
}

/** Providers may be resolvers, gateways or services. Only those with decorators of ours are prepared. */
function prepare(routes: Routes, metatype: HandlerClass, isController: boolean): void {
  const isMeant = isController || says(metatype);
  for (const handler of methodsOf(metatype)) {
    checkReached(metatype, handler);
    // Every decorator that makes a method a handler adds metadata to it.
    const isHandler = isMeant && Reflect.getMetadataKeys(handler).length > 0;
    if (!says(handler) && !isHandler && !Reflect.hasMetadata(RESOLVER, handler)) continue;
    const gates = routes.gatesOf(metatype, handler);
    if (routes.wantsToKnow(gates, isController)) intercept(metatype.prototype, handler);
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
