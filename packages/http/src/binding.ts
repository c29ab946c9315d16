import type { Decision } from '@breaking/core';
import type { Exchange } from './request/exchange.js';

/** What a gate reads of the raw request when the framework does not give the client's address. */
export interface Incoming {
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket?: Peer | null;
}

/** What a gate reads of a connection. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean;
  /** The server that accepted the connection. */
  readonly server?: object | undefined;
}

/**
 * All that a gate has to know of a framework. `X` is what the framework has for one request and its response, `Req` what
 * the options' callbacks are given. ADAPTERS.md says how to write one.
 */
export interface Binding<X, Req> {
  requestOf(x: X): Req;
  /** The state that all gates of one request share. On Node that is a `nodeExchange`. */
  exchangeOf(x: X): Exchange;
  /** Node's own request, if there is one. */
  incomingOf?(x: X): Incoming;
  /** The second argument of the option `addressOf`, for frameworks whose handlers get more than the request. */
  infoOf?(x: X): unknown;
  /** The client's address as the framework sees it, by its own trust-proxy setting. */
  addressOf(x: X): string | undefined;
  /** Whether that setting lets any client choose its address. */
  trustsAnyClient(x: X): boolean;
  /** Whether that setting trusts any proxy at all. Called only if the request seems to come through a proxy. */
  trustsSomeProxy?(x: X): boolean;
  /** Whether the response was sent, or the application has taken it over from the framework. */
  isAnswered(x: X): boolean;
  /** Whether the adapter reports the end of handlers, by `recordHandling`. */
  readonly tellsHandled?: boolean;
  /** Sets a header field of the response. Not called after the response was sent. */
  setHeader(x: X, name: string, value: string): void;
  /** Stores the decision where the framework's users look for it. */
  setDecision(x: X, decision: Decision): void;
  /** Sends exactly this status, these header fields and this body. Not called after the response was sent. */
  send(x: X, refusal: Refusal): void;
}

/** A refusal, ready to be sent. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
