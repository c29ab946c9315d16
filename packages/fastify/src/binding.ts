import { isThenable } from '@breaking/core/internal';
import type { Binding, Gate, MaybePromise, Refusal } from '@breaking/http';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Fastify keeps fields by these names, and takes longer to bring one into lower case than to keep the field. */
const LOWER_CASE: Readonly<Record<string, string>> = {
  RateLimit: 'ratelimit',
  'RateLimit-Policy': 'ratelimit-policy',
};

export const binding: Binding<FastifyReply, FastifyRequest> = {
  requestOf: reply => reply.request,
  incomingOf: reply => reply.request.raw,
  outgoingOf: reply => reply.raw,
  carrierOf: reply => reply.raw,
  addressOf: reply => reply.request.ip,
  trustsAnyClient: reply => believesAnyone(reply.request),
  setHeader: (reply, name, value) => void reply.header(LOWER_CASE[name] ?? name, value),
  setDecision: (reply, decision) => {
    reply.request.rateLimit = decision;
  },
};

/** Addresses that no real proxy has: they are for documentation (RFC 5737, RFC 3849). */
const NOBODYS = ['192.0.2.1', '2001:db8::1'];

/**
 * Fastify does not tell its trust-proxy setting, so this asks it about a request that came through a hundred proxies
 * which nobody has: who believes all of them believes anyone.
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

/** Goes on where the gate lets the request pass, else answers; errors go on Fastify's error path. */
export function pass(gate: Gate<FastifyReply>, reply: FastifyReply, done: (error?: Error) => void): void {
  let refusal: MaybePromise<Refusal | undefined>;
  try {
    refusal = gate.admit(reply);
  } catch (error) {
    done(error as Error);
    return;
  }
  if (isThenable(refusal)) refusal.then(settled => follow(settled, reply, done), done);
  else follow(refusal, reply, done);
}

function follow(refusal: Refusal | undefined, reply: FastifyReply, done: () => void): void {
  if (refusal === undefined) done();
  // A serializer of its own keeps Fastify from adding a charset, of which JSON knows none.
  else reply.code(refusal.status).headers(refusal.headers).serializer(asItIs).send(refusal.body);
}

function asItIs(body: unknown): string {
  return body as string;
}
