import { IncomingMessage } from 'node:http';
import type { Decision } from '@breaking/core';
import { decisionOn } from '@breaking/http';
import type { Request, Response } from 'express';

/*
 * Express gives each request another prototype, and V8 then takes microseconds for each property that is added to it: longer
 * than for all the rest of a rate limit. So nothing is added. What the gates keep hangs on the state that the request has as a
 * stream, which nobody replaces, and `req.rateLimit` is an accessor of Express's own request prototype, beside `req.ip`.
 */

/** The state that a request has as a stream of Node's. */
function stateOf(req: object): object | undefined {
  return (req as { _readableState?: object })._readableState;
}

/** An object of this request alone that takes a property fast. */
export function carrierOf(res: Response): object {
  return stateOf(res.req) ?? res;
}

/** Makes the decision on a request its `req.rateLimit`. */
export function showDecision(res: Response, decision: Decision): void {
  const { req } = res;
  // Somebody else may have given the request a property of that name.
  if (showsDecision(req) && !Object.hasOwn(req, 'rateLimit')) return;
  req.rateLimit = decision;
}

/** Whether a request has the accessor. The first of an Express to be asked for gives it to all. */
function showsDecision(req: Request): boolean {
  if (stateOf(req) === undefined) return false;
  const prototype: object = Object.getPrototypeOf(req);
  if ('rateLimit' in prototype) return true;
  const shared = prototypeOfExpress(prototype);
  if (shared !== undefined) Object.defineProperty(shared, 'rateLimit', ACCESSOR);
  return shared !== undefined;
}

const ACCESSOR: PropertyDescriptor & ThisType<Request> = {
  configurable: true,
  get() {
    const state = stateOf(this);
    return state && decisionOn(state);
  },
  set(value: unknown) {
    Object.defineProperty(this, 'rateLimit', { value, writable: true, enumerable: true, configurable: true });
  },
};

/** The last before Node's: all apps of one copy of Express inherit it. A router without an app has requests without it. */
function prototypeOfExpress(prototype: object): object | undefined {
  for (let each = prototype; each !== null; ) {
    const next = Object.getPrototypeOf(each);
    if (next === IncomingMessage.prototype) return each;
    each = next;
  }
  return undefined;
}
