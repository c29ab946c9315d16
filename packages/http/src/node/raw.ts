import type { errorMonitor } from 'node:events';
import type { Incoming, Peer } from '../binding.js';
import type { Connection } from './connection.js';

/** What an exchange reads of Node's own request, of HTTP/1 or HTTP/2. */
export interface NodeIncoming extends Incoming {
  /** Whether the client asks for an upgrade of this connection, and the server handles upgrades. */
  readonly upgrade?: boolean | undefined;
  readonly socket?: (Peer & NodeConnection) | null;
}

/** What an exchange reads of a connection. */
export interface NodeConnection extends Connection {
  write?(...args: unknown[]): unknown;
}

/** A stream that may fail. */
export interface Breakable {
  /** The error that it was destroyed with. */
  readonly errored?: (Error & { readonly code?: string }) | null;
}

/** A stream that is piped into a response. */
export interface Source {
  on(event: typeof errorMonitor, listener: (error: Error) => void): unknown;
  off(event: typeof errorMonitor, listener: (error: Error) => void): unknown;
}

/** What an exchange reads of Node's own response, of HTTP/1 or HTTP/2. */
export interface Outgoing extends Breakable {
  readonly statusCode: number;
  readonly headersSent: boolean;
  writeHead(...args: unknown[]): unknown;
  /** Whether the server has ended the response. HTTP/2 also reports a cut-off response as finished. */
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  readonly destroyed: boolean;
  /** The stream of a response over HTTP/2, which has the error. */
  readonly stream?: (Breakable & { readonly aborted?: boolean }) | undefined;
  /** The connection, when it is this response's turn; null before, and undefined after HTTP/2 has closed it. */
  readonly socket?: object | null | undefined;
  emit(event: symbol, asked: object): unknown;
  /** Includes the gates' own symbol. */
  on<T>(event: symbol, listener: (asked: T) => void): unknown;
  on(event: 'finish' | 'close', listener: () => void): unknown;
  on(event: 'pipe' | 'unpipe', listener: (source: Source) => void): unknown;
  off(event: 'finish' | 'close', listener: () => void): unknown;
  off(event: 'pipe' | 'unpipe', listener: (source: Source) => void): unknown;
}
