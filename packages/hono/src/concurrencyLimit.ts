import type { ConcurrencyLimiterGroup } from '@breaking/core';
import { ConcurrencyLimitGate, type ConcurrencyLimitGateOptions, optionsAlone } from '@breaking/http';
import type { Context, MiddlewareHandler } from 'hono';
import { binding } from './honoExchange.js';
import { pass } from './pass.js';

/**
 * Middleware that answers 503 while too many requests are under way: for an app, a group or a route. Each call makes a
 * separate limit (with `keyOf`, one for each key).
 * @returns the middleware, with its limiters under `concurrency`
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function concurrencyLimit(
  options: ConcurrencyLimitGateOptions<Context>,
  ...others: never[]
): MiddlewareHandler & { readonly concurrency: ConcurrencyLimiterGroup } {
  optionsAlone('concurrencyLimit', others);
  const gate = new ConcurrencyLimitGate(binding, options);
  const gates = [gate];
  const middleware: MiddlewareHandler = async function concurrencyLimit(c, next) {
    return pass(gates, c, next);
  };
  return Object.assign(middleware, { concurrency: gate.concurrency });
}
