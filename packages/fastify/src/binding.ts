import { type Binding, nodeExchange } from '@breaking/http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Fastify stores fields under lower-case names. Lower-casing a name takes longer than storing the field. */
const LOWER_CASE: Readonly<Record<string, string>> = {
  RateLimit: 'ratelimit',
  'RateLimit-Policy': 'ratelimit-policy',
  'Cache-Control': 'cache-control',
  'Content-Type': 'content-type',
  'Retry-After': 'retry-after',
};

function setHeader(reply: FastifyReply, name: string, value: string): void {
  reply.header(LOWER_CASE[name] ?? name, value);
}

export const binding: Binding<FastifyReply, FastifyRequest> = {
  requestOf: reply => reply.request,
  incomingOf: reply => reply.request.raw,
  exchangeOf: reply => nodeExchange(reply.request.raw, reply.raw),
  addressOf: reply => reply.request.ip,
  trustsAnyClient: reply => believesAnyone(reply.request),
  // Fastify has the addresses of proxies only with a trust-proxy setting.
  trustsSomeProxy: reply => reply.request.ips !== undefined,
  tellsHandled: true,
  // Fastify reports a reply as sent if it was hijacked or has ended, but not while it is streamed.
  isAnswered: reply => reply.sent || reply.raw.headersSent,
  setHeader,
  setDecision: (reply, decision) => {
    reply.request.rateLimit = decision;
  },
  send(reply, { status, headers, body }) {
    // A custom serializer prevents Fastify from adding a charset, which JSON does not have.
    for (const name in headers) setHeader(reply, name, headers[name] as string);
    reply.code(status).serializer(asItIs).send(body);
  },
};

/** Addresses that no real proxy has: they are for documentation (RFC 5737, RFC 3849). */
const NOBODYS = ['192.0.2.1', '2001:db8::1'];

/**
 * Fastify does not expose its trust-proxy setting. So this tests it with a request through a hundred proxies that do not
 * exist: a setting that trusts all of them trusts anyone.
 */
function believesAnyone(request: FastifyRequest): boolean {
  const claimed = '192.0.2.2';
  return NOBODYS.some(remoteAddress => {
    const socket = { remoteAddress };
    const headers = { 'x-forwarded-for': [claimed, ...Array(100).fill(remoteAddress)].join(', ') };
    const raw = { value: { headers, socket, connection: socket } };
    const probe: FastifyRequest = Object.create(request, { raw });
    return probe.ip === claimed;
  });
}

function asItIs(body: unknown): string {
  return body as string;
}
