import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Binding, nodeExchange } from '@breaking/http';
import type { Request, Response } from 'express';
import { Addresses } from './address.js';

/** One request and its response, as Express passes them. Neither has to refer to the other. */
interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

/**
 * Addresses that no real proxy has (RFC 5737, RFC 3849), and more hops than any real setup. A setting that trusts these
 * trusts anyone.
 */
const NOBODYS = ['192.0.2.1', '2001:db8::1'];
const FAR = 1000;

/** Express's `app` converts Node's own request and response to these. */
export function exchangeOf(req: IncomingMessage, res: ServerResponse): Exchange {
  return { req: req as Request, res: res as Response };
}

const addresses = new Addresses();

export const binding: Binding<Exchange, Request> = {
  requestOf: x => x.req,
  incomingOf: x => x.req,
  exchangeOf: x => nodeExchange(x.req, x.res),
  addressOf: x => addresses.of(x.req),
  trustsAnyClient: ({ req }) => NOBODYS.some(address => req.app.get('trust proxy fn')(address, FAR)),
  trustsSomeProxy: ({ req }) => Boolean(req.app?.get('trust proxy')),
  isAnswered: x => x.res.headersSent,
  setHeader: (x, name, value) => void x.res.setHeader(name, value),
  setDecision: (x, decision) => {
    x.req.rateLimit = decision;
  },
  send({ res }, { status, headers, body }) {
    // Not `res.send`: it would add a charset and an ETag. Node's own methods also exist on a router without an app.
    res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.setHeader('Content-Length', Buffer.byteLength(body));
    res.end(body);
  },
};

/**
 * Middleware with minimal parameter types, so that a route keeps its own types: an Express `RequestHandler` would give the
 * route the parameters of any route.
 */
export type GateHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;
