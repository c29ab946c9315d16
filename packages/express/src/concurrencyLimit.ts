import type { ConcurrencyLimiterGroup } from '@breaking/core';
import { ConcurrencyLimitGate, type ConcurrencyLimitGateOptions, optionsAlone, pass } from '@breaking/http';
import type { Request } from 'express';
import { binding, exchangeOf, type GateHandler } from './binding.js';

/** The options of `concurrencyLimit`. Express does not report when a handler is done. */
export type ConcurrencyLimitOptions = Omit<ConcurrencyLimitGateOptions<Request>, 'holdUntilHandled'>;

/**
 * Middleware for an app, a router or a route that answers 503 while the maximum number of requests is in flight. Each call
 * creates a separate limit (with `keyOf`, one for each key).
 * @returns the middleware, with its limiters under `concurrency`
 * @throws TypeError or RangeError for a wrong option, at once
 */
export function concurrencyLimit(
  options: ConcurrencyLimitOptions,
  ...others: never[]
): GateHandler & { readonly concurrency: ConcurrencyLimiterGroup } {
  optionsAlone('concurrencyLimit', others);
  const gate = new ConcurrencyLimitGate(binding, options);
  const gates = [gate];
  const middleware: GateHandler = function concurrencyLimit(req, res, next) {
    pass(gates, exchangeOf(req, res), next);
  };
  return Object.assign(middleware, { concurrency: gate.concurrency });
}
