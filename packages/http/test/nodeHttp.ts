import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Decision } from '@breaking/core';
import {
  type Binding,
  CircuitBreakerGate,
  type CircuitBreakerGateOptions,
  ConcurrencyLimitGate,
  type ConcurrencyLimitGateOptions,
  type Gate,
  nodeExchange,
  pass,
  RateLimitGate,
  type RateLimitOptions,
} from '@breaking/http';

export type Request = IncomingMessage & { rateLimit?: Decision };
type Response = ServerResponse<Request>;
type Next = (error?: unknown) => void;
export type Middleware = (req: Request, res: Response, next: Next) => void;

/** @param proxies the number of your own proxies in front of the server; Infinity trusts any client */
export function nodeHttp(proxies = 0) {
  const binding: Binding<Response, Request> = {
    requestOf: res => res.req,
    incomingOf: res => res.req,
    exchangeOf: res => nodeExchange(res.req, res),
    addressOf: res => clientOf(res.req, proxies),
    trustsAnyClient: () => proxies === Infinity,
    trustsSomeProxy: () => proxies > 0,
    isAnswered: res => res.headersSent,
    setHeader: (res, name, value) => void res.setHeader(name, value),
    setDecision: (res, decision) => {
      res.req.rateLimit = decision;
    },
    send(res, { status, headers, body }) {
      res.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body);
    },
  };
  const middleware = (gate: Gate<Response, Request>): Middleware => {
    return (_req, res, next) => pass([gate], res, next);
  };
  return {
    rateLimit: (options: RateLimitOptions<Request>) => middleware(new RateLimitGate(binding, options)),
    circuitBreaker: (options: CircuitBreakerGateOptions<Request>) =>
      middleware(new CircuitBreakerGate(binding, options)),
    concurrencyLimit: (options: ConcurrencyLimitGateOptions<Request>) =>
      middleware(new ConcurrencyLimitGate(binding, options)),
  };
}

/** Each proxy appends the address of its client. */
function clientOf(req: Request, proxies: number): string | undefined {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '').split(',');
  const client = proxies > 0 ? forwarded.at(Math.max(-proxies, -forwarded.length))?.trim() : undefined;
  return client || req.socket.remoteAddress;
}
