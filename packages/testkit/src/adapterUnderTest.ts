import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2Server } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Decision } from '@breaking/core';
import type {
  CircuitBreakerGateOptions,
  ConcurrencyLimitGateOptions,
  RateLimitOptions,
} from '@breaking/http';

/** What the contract suites have to know of an adapter and its framework. */
export interface AdapterUnderTest {
  /** The framework and its major version, for the names of tests. */
  readonly name: string;
  /** Whether the framework's own error path keeps the fields that were set before the error. */
  readonly keepsFieldsOnError: boolean;
  /** Whether the framework tells of what a handler threw. */
  readonly tellsErrors: boolean;
  /** Whether the framework tells when a handler is done. */
  readonly tellsHandled: boolean;
  /** Where gates stand behind the router: they see the routes that there are, of which `GET /none` throws a 404. */
  readonly seesMatchedRoutesOnly?: true;
  /** Where the framework itself waits between its gates and its handlers, for a promise of its own. */
  readonly waitsBeforeHandlers?: true;
  /** Where an answer that an error broke is ended as if it were complete. */
  readonly endsBrokenAnswers?: true;
  /** Where gates watch the `Response` that a handler returns: no raw response can be taken away from the framework. */
  readonly answersWithResponse?: true;
  /** Where an app finds the client's address by itself: there is no trust-proxy setting. */
  readonly knowsNoAddresses?: true;
  /** Where errors of handlers are answered outside of the gates: these end with what the error asks for. */
  readonly answersErrorsOutside?: true;
  /** Where the app's error handler gets an exception of the framework's kind whose `cause` is the refusal. */
  readonly wrapsRefusals?: true;
  /** Where each gate has one place, so that no request meets it twice. */
  readonly meetsGatesOnce?: true;
  /**
   * An app behind a server that does not listen yet: all its requests pass the gates in their order, then `GET /` and
   * `POST /` are the handler's, and anything else is the framework's own 404.
   * Rejects with what the adapter throws for a wrong option.
   */
  mount(scenario: Scenario): Promise<Server>;
  /** The same behind a server of HTTP/2 without TLS, where the framework can do that. */
  mountHttp2?(scenario: Scenario): Promise<Http2Server>;
  /** What applications do to the framework's own objects that must not confuse gates, by what it is. */
  readonly meddling: Readonly<Record<string, (request: unknown) => void>>;
  /** A header field of the request that the adapter hands to the callbacks of its options. */
  headerOf(request: unknown, name: string): string | undefined;
}

/** One app, described without its framework. */
export interface Scenario {
  /** A gate that is named twice is the same gate, met twice. */
  readonly gates: readonly GateUnderTest[];
  /** Called before each gate, with the framework's own request, as callbacks get it. */
  readonly beforeEachGate?: ((io: Io, request: unknown) => void) | undefined;
  /** By default answers 200 and `ok`. What it throws, or rejects with, is the framework's to handle. */
  readonly handler?: Handler;
  /** The app's own error handler; by default the framework's. */
  readonly errorHandler?: (error: unknown, io: Io) => void;
  /** Whose word on the client's address counts; by default nobody's. */
  readonly trusts?: Trust;
}

/** Callbacks get the framework's own request, which `headerOf` reads. */
export type GateUnderTest =
  | { readonly kind: 'rateLimit'; readonly options: RateLimitOptions<unknown> }
  | { readonly kind: 'circuitBreaker'; readonly options: CircuitBreakerGateOptions<unknown> }
  | { readonly kind: 'concurrencyLimit'; readonly options: ConcurrencyLimitGateOptions<unknown> };

/** A request is answered by `send` or `stream`, or never; an asynchronous handler does so before it is done. */
export type Handler = (io: Io) => void | Promise<void>;

/** `oneProxy`: that of the peer. `anyone`: that of every client on itself. */
export type Trust = 'nobody' | 'oneProxy' | 'anyone';

/** One request and its response, as the users of any framework see them. */
export interface Io {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The rate limits' decision, where the framework's users find it. */
  readonly decision: Decision | undefined;
  /** Sets a header field in the framework's way. */
  setHeader(name: string, value: string): void;
  send(status: number, body: string): void;
  stream(source: Readable): void;
  /** Takes the raw response away from the framework. Where handlers answer with a `Response`, none will come. */
  hijack(): void;
}

/** What the app's error handler got, as a refusal of core's. */
export function refusalIn(adapter: AdapterUnderTest, error: unknown): unknown {
  return adapter.wrapsRefusals ? (error as Error).cause : error;
}

export const sendOk: Handler = io => io.send(200, 'ok');

/** Makes each of the gates once, in the order in which they are met. */
export function madeOnce<T>(gates: readonly GateUnderTest[], make: (gate: GateUnderTest) => T): readonly T[] {
  const made = new Map<GateUnderTest, T>();
  return gates.map(gate => {
    const known = made.get(gate) ?? make(gate);
    made.set(gate, known);
    return known;
  });
}
