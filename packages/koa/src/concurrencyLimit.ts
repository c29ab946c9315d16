import type { ConcurrencyLimiterGroup } from '@breaking/core';
import { ConcurrencyLimitGate, type ConcurrencyLimitGateOptions, optionsAlone } from '@breaking/http';
import type { Context, Middleware } from 'koa';
import { binding, pass } from './binding.js';

/**
 * Middleware for an app, a router or a route that answers 503 while the maximum number of requests is in flight. Each call
 * creates a separate limit (with `keyOf`, one for each key).
 * @returns the middleware, with its limiters under `concurrency`
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function concurrencyLimit(
  options: ConcurrencyLimitGateOptions<Context>,
  ...others: never[]
): Middleware & { readonly concurrency: ConcurrencyLimiterGroup } {
  optionsAlone('concurrencyLimit', others);
  const gate = new ConcurrencyLimitGate(binding, options);
  const middleware: Middleware = function concurrencyLimit(ctx, next) {
    return pass(gate, ctx, next);
  };
  return Object.assign(middleware, { concurrency: gate.concurrency });
}
