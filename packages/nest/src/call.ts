import type { HeaderFields } from '@breaking/core';
import type { Binding, Exchange, Gate, Refusal } from '@breaking/http';
import type { ArgumentsHost } from '@nestjs/common';
import { answeredBy, type Carrier, httpRequest, withoutResponse } from './carrier.js';
import { HandlerExchange } from './handlerExchange.js';
import type { NestRequest } from './request.js';

/** A call of a handler on its way through gates. A guard cannot answer it: it keeps the refusal, to be thrown. */
export class Call {
  readonly carrier: Carrier;
  readonly exchange: Exchange;
  refusal: Refusal | undefined;

  constructor(carrier: Carrier, exchange: Exchange) {
    this.carrier = carrier;
    this.exchange = exchange;
  }

  /** Puts the fields of a refusal that core's own error carries on the response. Ignores other errors. */
  showFieldsOf(error: unknown): void {
    const { code, headers } = (error ?? {}) as { readonly code?: unknown; readonly headers?: HeaderFields };
    const isOurs = typeof code === 'string' && code.startsWith('BREAKING_');
    if (isOurs && headers !== undefined) this.setHeaders(headers);
  }

  /** Sets header fields on the response, where they stay whatever answers later. */
  setHeaders(headers: HeaderFields): void {
    const { binding, native } = this.carrier;
    if (binding.isAnswered(native)) return;
    for (const [name, value] of Object.entries(headers)) binding.setHeader(native, name, value);
  }
}

export type CallGate = Gate<Call, NestRequest>;

/** How the gates work with Nest: as with the platform of the carrier, except that refusals are thrown. */
export const binding: Binding<Call, NestRequest> = {
  tellsHandled: true,
  exchangeOf: ({ exchange }) => exchange,
  requestOf: ({ carrier }) => carrier.binding.requestOf(carrier.native),
  incomingOf: ({ carrier }) => carrier.binding.incomingOf?.(carrier.native) ?? {},
  addressOf: ({ carrier }) => carrier.binding.addressOf(carrier.native),
  trustsAnyClient: ({ carrier }) => carrier.binding.trustsAnyClient(carrier.native),
  trustsSomeProxy: ({ carrier }) => carrier.binding.trustsSomeProxy?.(carrier.native) ?? false,
  isAnswered: ({ carrier }) => carrier.binding.isAnswered(carrier.native),
  setHeader: ({ carrier }, name, value) => carrier.binding.setHeader(carrier.native, name, value),
  setDecision: ({ carrier }, decision) => carrier.binding.setDecision(carrier.native, decision),
  send(call, refusal) {
    call.refusal = refusal;
  },
};

/** Calls of resolvers and message handlers, by their arguments: guards and interceptors receive the same arguments array. */
const calls = new WeakMap<object, Call>();

/** The call of a handler; undefined for a message of a microservice, which has no address and no HTTP response. */
export function callOf(context: ArgumentsHost): Call | undefined {
  const type = context.getType<string>();
  if (type === 'http') {
    const http = context.switchToHttp();
    const request = httpRequest(http.getRequest(), http.getResponse());
    return new Call(request, request.exchange);
  }
  const args = context.getArgs<unknown[]>();
  const known = calls.get(args);
  const carrier = known?.carrier ?? carrierOf(type, args);
  if (known !== undefined || carrier === undefined) return known;
  const call = new Call(carrier, new HandlerExchange(carrier.exchange));
  calls.set(args, call);
  return call;
}

function carrierOf(type: string, args: readonly unknown[]): Carrier | undefined {
  if (type === 'ws') return withoutResponse(args[0]);
  return type === 'graphql' ? carrierOfResolver(args[2]) : undefined;
}

/** What the context of a resolver may contain. */
interface ResolverContext {
  /** On Apollo. For a subscription, graphql-ws puts its connection here, with the request that opened it. */
  readonly req?: { readonly res?: unknown; readonly extra?: { readonly request?: unknown } };
  /** Set by the option `context`. */
  readonly res?: unknown;
  /** On Mercurius. For a subscription it contains only the request that opened the connection. */
  readonly reply?: { readonly request?: unknown };
}

function carrierOfResolver(context: unknown): Carrier {
  const { req, res, reply } = (context ?? {}) as ResolverContext;
  const answered = answeredBy(req, res ?? reply ?? req?.res);
  return answered ?? withoutResponse(req?.extra?.request ?? reply?.request ?? req ?? context);
}
