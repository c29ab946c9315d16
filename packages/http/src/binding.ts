import type { errorMonitor } from 'node:events';
import type { Decision } from '@breaking/core';
import type { MaybePromise } from './maybePromise.js';
import type { Connection } from './request/connection.js';

/** What a gate reads of the raw request, of HTTP/1 or HTTP/2. */
export interface Incoming {
  readonly method?: string | undefined;
  readonly socket?: Peer | null;
}

/** What a gate reads of a connection. */
export interface Peer extends Connection {
  readonly remoteAddress?: string | undefined;
  readonly destroyed?: boolean;
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
}

/** What a gate reads of the raw response, of HTTP/1 or HTTP/2. */
export interface Outgoing extends Breakable {
  readonly statusCode: number;
  readonly headersSent: boolean;
  /** Whether the server has said all; HTTP/2 calls a response finished also when it was cut off. */
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  /** What carries it in HTTP/2, and keeps the error. */
  readonly stream?: (Breakable & { readonly aborted?: boolean }) | undefined;
  /** The connection, once it is this response's turn; null before, and undefined where HTTP/2 has closed it. */
  readonly socket?: object | null | undefined;
  readonly req?: Incoming | undefined;
  on(event: 'finish' | 'close', listener: () => void): unknown;
  on(event: 'pipe', listener: (source: Source) => void): unknown;
  off(event: 'finish' | 'close', listener: () => void): unknown;
  off(event: 'pipe', listener: (source: Source) => void): unknown;
}

/**
 * All that a gate has to know of a framework. `X` is the framework's object for one request and its response, `Req` what
 * the options' callbacks are given. ADAPTERS.md says how to write one.
 */
export interface Binding<X, Req> {
  requestOf(x: X): Req;
  incomingOf(x: X): Incoming;
  outgoingOf(x: X): Outgoing;
  /** An object of this request alone, the same for every gate, on which they keep what they know of it. */
  carrierOf(x: X): object;
  /** The client's address as the framework sees it, by its own trust-proxy setting. */
  addressOf(x: X): string | undefined;
  /** Whether that setting lets any client choose its address. */
  trustsAnyClient(x: X): boolean;
  /** Sets a header field of the response to come. Not called once that is on its way. */
  setHeader(x: X, name: string, value: string): void;
  /** Puts the decision where the framework's users look for it. */
  setDecision(x: X, decision: Decision): void;
}

/** One kind of check that every request passes: a rate limit or a circuit breaker. */
export interface Gate<X> {
  /**
   * Lets a request in (undefined) or refuses it. Answers at once unless a callback or the store is asynchronous.
   * @throws, or rejects with, what belongs on the framework's error path, always an Error: that of a callback, or the
   *   refusal itself under `rejectWith: 'error'`
   */
  admit(x: X): MaybePromise<Refusal | undefined>;
}

/**
 * A refusal as it is to be sent: the adapter sets status and headers, ends with the body and calls no handler. Where
 * something else has answered meanwhile, it does nothing more.
 */
export interface Refusal {
  readonly status: 429 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
