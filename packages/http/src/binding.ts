import type { errorMonitor } from 'node:events';
import type { Decision } from '@breaking/core';
import type { Connection } from './request/connection.js';

/** What a gate reads of the raw request, of HTTP/1 or HTTP/2. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Whether the client asks for another protocol on this connection, and the server listens to such requests. */
  readonly upgrade?: boolean | undefined;
  readonly socket?: Peer | null;
}

/** What a gate reads of a connection. */
export interface Peer extends Connection {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean;
  write?(...args: unknown[]): unknown;
  /** The server that accepted the connection. */
  readonly server?: object | undefined;
}

/** A stream that may break. */
export interface Breakable {
  /** The error that it was destroyed with. */
  readonly errored?: (Error & { readonly code?: string }) | null;
}

/** A stream that is piped into a response. */
export interface Source {
  on(event: typeof errorMonitor, listener: (error: Error) => void): unknown;
  off(event: typeof errorMonitor, listener: (error: Error) => void): unknown;
}

/** What a gate reads of the raw response, of HTTP/1 or HTTP/2. */
export interface Outgoing extends Breakable {
  readonly statusCode: number;
  readonly headersSent: boolean;
  writeHead(...args: unknown[]): unknown;
  /** Whether the server has ended the response. HTTP/2 calls one that was cut off finished too. */
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  /** The stream of a response over HTTP/2, which keeps the error. */
  readonly stream?: (Breakable & { readonly aborted?: boolean }) | undefined;
  /** The connection, once it is this response's turn; null before, and undefined where HTTP/2 has closed it. */
  readonly socket?: object | null | undefined;
  emit(event: symbol, asked: object): unknown;
  /** With a symbol of the gates' own. */
  on<T>(event: symbol, listener: (asked: T) => void): unknown;
  on(event: 'finish' | 'close', listener: () => void): unknown;
  on(event: 'pipe' | 'unpipe', listener: (source: Source) => void): unknown;
  off(event: 'finish' | 'close', listener: () => void): unknown;
  off(event: 'pipe' | 'unpipe', listener: (source: Source) => void): unknown;
}

/**
 * All that a gate has to know of a framework. `X` is what the framework has for one request and its response, `Req` what
 * the options' callbacks are given. ADAPTERS.md says how to write one.
 */
export interface Binding<X, Req> {
  requestOf(x: X): Req;
  /** Node's own request, of HTTP/1 or HTTP/2. */
  incomingOf(x: X): Incoming;
  /** Node's own response. The gates keep what they know of a request on it. */
  outgoingOf(x: X): Outgoing;
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
