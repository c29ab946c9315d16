import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2Server } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Decision } from '@breaking/core';
import type {
  CircuitBreakerGateOptions,
  ConcurrencyLimitGateOptions,
  RateLimitOptions,
} from '@breaking/http';

/** What the contract suites need to know about an adapter and its framework. */
export interface AdapterUnderTest {
  /** The framework and its major version, for the titles of tests. */
  readonly name: string;
  /** Whether the framework's own error path keeps header fields that were set before the error. */
  readonly keepsFieldsOnError: boolean;
  /** Whether the framework reports what a handler threw. */
  readonly tellsErrors: boolean;
  /** Whether the framework reports when a handler has ended. */
  readonly tellsHandled: boolean;
  /** The gates are behind the router: they see only requests that match a route. `GET /none` matches one, and throws a 404. */
  readonly seesMatchedRoutesOnly?: true;
  /** The framework itself waits for a promise between its gates and its handlers. */
  readonly waitsBeforeHandlers?: true;
  /** If an error breaks a response, the framework ends it as if it were complete. */
  readonly endsBrokenAnswers?: true;
  /** The gates watch the `Response` that a handler returns, so no raw response can be taken away from the framework. */
  readonly answersWithResponse?: true;
  /** The app determines the client's address itself: there is no trust-proxy setting. */
  readonly knowsNoAddresses?: true;
  /** Errors of handlers are answered outside of the gates, which then record the status that the error has. */
  readonly answersErrorsOutside?: true;
  /** The app's error handler receives an exception of the framework whose `cause` is the refusal. */
  readonly wrapsRefusals?: true;
  /** Each gate is used in one place, so no request passes it twice. */
  readonly meetsGatesOnce?: true;
  /**
   * An app behind a server that does not listen yet. All requests pass the gates in order. The handler answers `GET /` and
   * `POST /`, and the framework answers anything else with its own 404.
   * @throws (rejects with) what the adapter throws for a wrong option
   */
  mount(scenario: Scenario): Promise<Server>;
  /** The same behind an HTTP/2 server without TLS, if the framework supports it. */
  mountHttp2?(scenario: Scenario): Promise<Http2Server>;
  /** What applications may do to the framework's objects without affecting gates, by description. */
  readonly meddling: Readonly<Record<string, (request: unknown) => void>>;
  /** A header field of the request that callbacks of the options receive. */
  headerOf(request: unknown, name: string): string | undefined;
}

/** An app, described without its framework. */
export interface Scenario {
  /** If a gate is listed twice, the request passes the same gate twice. */
  readonly gates: readonly GateUnderTest[];
  /** Called before each gate, with the framework's request, as callbacks receive it. */
  readonly beforeEachGate?: ((io: Io, request: unknown) => void) | undefined;
  /** By default answers 200 with `ok`. The framework handles what it throws or rejects with. */
  readonly handler?: Handler;
  /** The app's own error handler; by default the framework's. */
  readonly errorHandler?: (error: unknown, io: Io) => void;
  /** Who may state the client's address; by default nobody. */
  readonly trusts?: Trust;
}

/** Callbacks receive the framework's request, which `headerOf` reads. */
export type GateUnderTest =
  | { readonly kind: 'rateLimit'; readonly options: RateLimitOptions<unknown> }
  | { readonly kind: 'circuitBreaker'; readonly options: CircuitBreakerGateOptions<unknown> }
  | { readonly kind: 'concurrencyLimit'; readonly options: ConcurrencyLimitGateOptions<unknown> };

/** Answers a request by `send` or `stream`, or never. An asynchronous handler answers before it ends. */
export type Handler = (io: Io) => void | Promise<void>;

/** `oneProxy`: the peer may state it. `anyone`: every client may. */
export type Trust = 'nobody' | 'oneProxy' | 'anyone';

/** One request and its response, independent of the framework. */
export interface Io {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The rate limits' decision, as users of the framework find it. */
  readonly decision: Decision | undefined;
  /** Sets a header field in the framework's way. */
  setHeader(name: string, value: string): void;
  send(status: number, body: string): void;
  stream(source: Readable): void;
  /** Takes the raw response away from the framework. If handlers return a `Response`, they return none. */
  hijack(): void;
}

/** The error that the app's error handler received, as core's refusal. */
export function refusalIn(adapter: AdapterUnderTest, error: unknown): unknown {
  return adapter.wrapsRefusals ? (error as Error).cause : error;
}

export const sendOk: Handler = io => io.send(200, 'ok');

/** Makes each gate once, in the order of their first use. */
export function madeOnce<T>(gates: readonly GateUnderTest[], make: (gate: GateUnderTest) => T): readonly T[] {
  const made = new Map<GateUnderTest, T>();
  return gates.map(gate => {
    const known = made.get(gate) ?? make(gate);
    made.set(gate, known);
    return known;
  });
}
