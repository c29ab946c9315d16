import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type CallMessage, MockClock } from '@breaking/core';
import type { CircuitBreakerGateOptions } from '@breaking/http';
import type { AdapterUnderTest, GateUnderTest, Handler, Scenario } from '../adapterUnderTest.js';
import { heard, turn } from '../observed.js';
import { type Answer, type Served, serve } from '../served.js';

type Options = CircuitBreakerGateOptions<unknown>;

/** Two failures open it, for ten seconds. */
const OPTIONS = { errorThreshold: 2, timeWindowSecs: 20, cooldownSecs: 10 };

export const fail: Handler = io => io.send(500, 'broken');

export const never: Handler = io => io.hijack();

/** A server behind circuit breakers, and all that a test turns and watches of it. */
export class GuardedServer {
  /** What answers; a test may change it between two requests. */
  handler: Handler;
  /** How often it was called. */
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

  /** What became of each request, for the breaker of this name: in order, as they were settled or refused. */
  outcomesOf(name: string): readonly string[] {
    return this.#calls.filter(call => call.name === name).map(call => call.outcome);
  }

  get outcomes(): readonly string[] {
    return this.#calls.map(call => call.outcome);
  }

  /** A request and its answer, once one more call has been settled or refused. */
  async get(headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const before = this.#calls.length;
    const answer = await this.served.get(headers);
    await this.settled(before + 1);
    return answer;
  }

  /** A request whose client goes away before it is answered. */
  async abandoned(): Promise<void> {
    const { abandon } = await this.served.abandoned();
    await abandon();
  }

  /** Waits until so many calls have been settled or refused, in all. */
  async settled(count: number): Promise<void> {
    for (let turns = 0; this.#calls.length < count && turns < 10_000; turns++) await turn();
    if (this.#calls.length < count)
      throw new Error(`only ${this.#calls.length} of ${count} calls were settled`);
  }

  /** Opens the breaker by failures. */
  async open(): Promise<void> {
    const { handler } = this;
    this.handler = fail;
    for (let failures = 0; failures < OPTIONS.errorThreshold; failures++) await this.get();
    this.handler = handler;
  }

  /** What the server has of the next request. */
  async nextResponse(): Promise<ServerResponse> {
    const [, res] = (await once(this.served.server, 'request')) as [unknown, ServerResponse];
    return res;
  }
}

/** A server with the handler behind one circuit breaker; `gates` makes it other gates on the same clock. */
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
