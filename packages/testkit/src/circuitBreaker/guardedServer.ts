import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type CallMessage, MockClock } from '@breaking/core';
import type { CircuitBreakerGateOptions } from '@breaking/http';
import type { AdapterUnderTest, GateUnderTest, Handler, Scenario } from '../adapterUnderTest.js';
import { heard, until } from '../observed.js';
import { type Answer, type Served, serve } from '../served.js';

type Options = CircuitBreakerGateOptions<unknown>;

/** Two failures open the breaker for ten seconds. */
const OPTIONS = { errorThreshold: 2, timeWindowSecs: 20, cooldownSecs: 10 };

export const fail: Handler = io => io.send(500, 'broken');

export const never: Handler = io => io.hijack();

/** A server behind circuit breakers, with what a test controls and observes. */
export class GuardedServer {
  /** The handler. A test may change it between two requests. */
  handler: Handler;
  /** How often the handler was called. */
  handled = 0;
  readonly clock: MockClock;
  readonly served: Served;
  readonly #calls: readonly CallMessage[];

  constructor(handler: Handler, clock: MockClock, served: Served, calls: readonly CallMessage[]) {
    this.handler = handler;
    this.clock = clock;
    this.served = served;
    this.#calls = calls;
  }

  /** The outcome of each call of the breaker with this name, in the order in which calls were settled or refused. */
  outcomesOf(name: string): readonly string[] {
    return this.#calls.filter(call => call.name === name).map(call => call.outcome);
  }

  get outcomes(): readonly string[] {
    return this.#calls.map(call => call.outcome);
  }

  /** Sends a request, and waits for its response and until one more call has been settled or refused. */
  async get(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const before = this.#calls.length;
    const answer = await this.served.get(headers);
    await this.settled(before + 1);
    return answer;
  }

  /** A request whose client leaves before the response. */
  async abandoned(): Promise<void> {
    const { abandon } = await this.served.abandoned();
    await abandon();
  }

  /** Waits until so many calls in total have been settled or refused. */
  async settled(count: number): Promise<void> {
    await until(() => this.#calls.length >= count);
  }

  /** Opens the breaker with failures. */
  async open(): Promise<void> {
    const { handler } = this;
    this.handler = fail;
    for (let failures = 0; failures < OPTIONS.errorThreshold; failures++) await this.get();
    this.handler = handler;
  }

  /** The server's response object of the next request. */
  async nextResponse(): Promise<ServerResponse> {
    const [, res] = (await once(this.served.server, 'request')) as [unknown, ServerResponse];
    return res;
  }
}

/** A server with the handler behind one circuit breaker, or behind other `gates` on the same clock. */
export async function guardedServer(
  adapter: AdapterUnderTest,
  handler: Handler,
  options: Partial<Options> = {},
  {
    gates,
    ...scenario
  }: Omit<Scenario, 'gates'> & { gates?: (clock: MockClock) => readonly GateUnderTest[] } = {},
): Promise<GuardedServer> {
  const clock = new MockClock();
  const calls = heard('breaking:circuit_breaker:call');
  const breaker: GateUnderTest = { kind: 'circuitBreaker', options: { ...OPTIONS, clock, ...options } };
  const handle: Handler = io => {
    server.handled += 1;
    return server.handler(io);
  };
  const served = await serve(adapter, { ...scenario, gates: gates?.(clock) ?? [breaker], handler: handle });
  const server = new GuardedServer(handler, clock, served, calls);
  return server;
}
