import type { IncomingMessage, ServerResponse } from 'node:http';
import { isThenable } from '@breaking/core/internal';
import type { Binding, Gate, MaybePromise, Refusal } from '@breaking/http';
import type { NextFunction, Request, Response } from 'express';

/** Addresses that no real proxy has (RFC 5737, RFC 3849), and a distance that none is at: who trusts one trusts anyone. */
const NOBODYS = ['192.0.2.1', '2001:db8::1'];
const FAR = 1000;

export const binding: Binding<Response, Request> = {
  requestOf: res => res.req,
  incomingOf: res => res.req,
  outgoingOf: res => res,
  // Express gives response and request another prototype. V8 then takes microseconds for each property that is added.
  carrierOf: res => res.locals ?? res,
  addressOf: ({ req }) => (isIpSimple(req) ? req.socket.remoteAddress : req.ip),
  trustsAnyClient: res => NOBODYS.some(address => res.app.get('trust proxy fn')(address, FAR)),
  setHeader: (res, name, value) => void res.setHeader(name, value),
  setDecision: (res, decision) => {
    res.req.rateLimit = decision;
  },
};

/**
 * Whether `req.ip` is the address of the connection whatever the trust-proxy setting: no proxy says otherwise, and nobody
 * has given the request another one. Express takes microseconds to come to the same.
 */
function isIpSimple(req: Request): boolean {
  return req.headers['x-forwarded-for'] === undefined && !Object.hasOwn(req, 'ip');
}

/**
 * Middleware that asks for so little that a route which has it keeps its own types: an Express `RequestHandler` would make
 * the parameters of the route those of any route.
 */
export type GateHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Goes on where the gate lets the request pass, else answers; errors go on Express's error path. */
export function pass(gate: Gate<Response>, res: Response, next: NextFunction): void {
  let refusal: MaybePromise<Refusal | undefined>;
  try {
    refusal = gate.admit(res);
  } catch (error) {
    next(error);
    return;
  }
  if (isThenable(refusal)) refusal.then(settled => follow(settled, res, next), next);
  else follow(refusal, res, next);
}

function follow(refusal: Refusal | undefined, res: Response, next: NextFunction): void {
  if (refusal === undefined) {
    next();
    return;
  }
  if (res.headersSent) return;
  const { status, headers, body } = refusal;
  // Not `send`: it would add a charset and an ETag. Node's own methods are also there on a router without an app.
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.setHeader('Content-Length', Buffer.byteLength(body));
  res.end(body);
}
