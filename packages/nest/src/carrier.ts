import { exchangeOf, binding as express } from '@breaking/express/internal';
import { binding as fastify } from '@breaking/fastify/internal';
import type { Binding, Exchange } from '@breaking/http';
import type { NestRequest } from './request.js';

/** What the gates need to know about the carrier of a call. */
type Carrying = Omit<Binding<unknown, NestRequest>, 'exchangeOf' | 'send'>;

/** What carries the call of a handler: an HTTP request on one of the two platforms, or a socket. */
export interface Carrier {
  readonly binding: Carrying;
  /** The object of which the binding has one for each request. */
  readonly native: unknown;
  /** The state of the gates for the HTTP request, if it is one. */
  readonly exchange: Exchange | undefined;
}

/** An HTTP request that can be answered. */
export interface HttpRequest extends Carrier {
  readonly binding: Binding<unknown, NestRequest>;
  readonly exchange: Exchange;
}

/** @throws TypeError if the response belongs to no known platform */
export function httpRequest(req: unknown, res: unknown): HttpRequest {
  const request = answeredBy(req, res);
  if (request !== undefined) return request;
  throw new TypeError(
    '@breaking/nest works on the platforms Express and Fastify: this response belongs to neither',
  );
}

/**
 * An HTTP request. Its response shows the platform: a Fastify reply has Node's response as `raw`, and Express extends Node's
 * response.
 * @returns undefined if it is neither
 */
export function answeredBy(req: unknown, res: unknown): HttpRequest | undefined {
  const { raw, writeHead } = (res ?? {}) as { readonly raw?: unknown; readonly writeHead?: unknown };
  if (typeof raw === 'object' && raw !== null) return carriedBy(fastify, res);
  if (typeof writeHead === 'function') return carriedBy(express, exchangeOf(req as never, res as never));
  return undefined;
}

/** A binding receives only objects of its own platform. */
function carriedBy(of: object, native: unknown): HttpRequest {
  const binding = of as Binding<unknown, NestRequest>;
  return { binding, native, exchange: binding.exchangeOf(native) };
}

/**
 * A socket of `ws` or Socket.IO, or a request whose response is not known: a GraphQL context may lack it, and a subscription
 * has none. There are no header fields to set.
 */
export function withoutResponse(native: unknown): Carrier {
  return { binding: WITHOUT_RESPONSE, native, exchange: undefined };
}

interface Peer {
  readonly remoteAddress?: string;
}

const WITHOUT_RESPONSE: Carrying = {
  requestOf: native => native as NestRequest,
  addressOf(native) {
    const { handshake, _socket, ip, socket } = (native ?? {}) as {
      readonly handshake?: { readonly address?: string };
      readonly _socket?: Peer;
      readonly ip?: string;
      readonly socket?: Peer;
    };
    return handshake?.address ?? _socket?.remoteAddress ?? ip ?? socket?.remoteAddress;
  },
  trustsAnyClient: () => false,
  isAnswered: () => false,
  setHeader() {},
  setDecision() {},
};
