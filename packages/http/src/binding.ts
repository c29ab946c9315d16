import type { Decision } from '@breaking/core';
import type { Exchange } from './request/exchange.js';

/** What a gate reads of the raw request, where the framework does not tell the client's address. */
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
  /** What the gates keep of the request: the same for every gate that it meets. On Node that is a `nodeExchange`. */
  exchangeOf(x: X): Exchange;
  /** Node's own request, where there is one. */
  incomingOf?(x: X): Incoming;
  /** What `addressOf` of the options is given beside the request, where the framework's handlers get more than that. */
  infoOf?(x: X): unknown;
  /** The client's address as the framework sees it, by its own trust-proxy setting. */
  addressOf(x: X): string | undefined;
  /** Whether that setting lets any client choose its address. */
  trustsAnyClient(x: X): boolean;
  /** Whether that setting trusts any proxy at all. Asked only where a proxy seems to be in front. */
  trustsSomeProxy?(x: X): boolean;
  /** Whether an answer was sent, or somebody has taken the response over from the framework. */
  isAnswered(x: X): boolean;
  /** Whether the framework tells when a handler is done, by `recordHandling`. */
  readonly tellsHandled?: boolean;
  /** Sets a header field of the response to come. Not called once it is answered. */
  setHeader(x: X, name: string, value: string): void;
  /** Puts the decision where the framework's users look for it. */
  setDecision(x: X, decision: Decision): void;
  /** Answers with exactly this status, these header fields and this body. Not called once it is answered. */
  send(x: X, refusal: Refusal): void;
}

/** A refusal as it is to be sent. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
