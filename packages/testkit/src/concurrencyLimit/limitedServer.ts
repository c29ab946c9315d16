import type { ClientRequest } from 'node:http';
import { type ConcurrencyMessage, MockClock } from '@breaking/core';
import type { ConcurrencyLimitGateOptions } from '@breaking/http';
import type { AdapterUnderTest, GateUnderTest, Handler, Io, Scenario } from '../adapterUnderTest.js';
import { Held, heard, turn, until } from '../observed.js';
import { type Asked, type Served, serve } from '../served.js';

export type Options = ConcurrencyLimitGateOptions<unknown>;

/** A request whose handler waits for the test. */
export interface UnderWay {
  readonly io: Io;
  readonly sent: ClientRequest;
  /** Makes the handler answer with this status, by default 200. */
  answer(status?: number): void;
}

/** A server behind concurrency limits, with what a test controls and observes. */
export class LimitedServer {
  readonly served: Served;
  readonly clock: MockClock;
  readonly decisions: readonly ConcurrencyMessage[];
  readonly #waiting: readonly Waiting[];

  constructor(
    served: Served,
    clock: MockClock,
    decisions: readonly ConcurrencyMessage[],
    waiting: readonly Waiting[],
  ) {
    this.served = served;
    this.clock = clock;
    this.decisions = decisions;
    this.#waiting = waiting;
  }

  /** How many requests have reached the handler. */
  get handled(): number {
    return this.#waiting.length;
  }

  /** Sends a request and waits until it has reached the handler. */
  async underWay(asked: Asked = {}): Promise<UnderWay> {
    const before = this.handled;
    const sent = this.served.open(asked).on('error', () => {});
    sent.on('response', response => response.on('error', () => {}).resume());
    await until(() => this.handled > before);
    const { io, held } = this.#waiting[before] as Waiting;
    return { io, sent, answer: (status = 200) => held.release(status) };
  }

  /** A request whose client leaves while the handler waits. */
  async abandoned(asked: Asked = {}): Promise<UnderWay> {
    const underWay = await this.underWay(asked);
    const closed = new Promise<void>(resolve => underWay.io.res.once('close', resolve));
    underWay.sent.destroy();
    await closed;
    for (let turns = 0; turns < 5; turns++) await turn();
    return underWay;
  }

  /** Whether a request would be refused now. It uses a path without a handler. */
  async refuses(headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
    return (await this.served.ask({ path: '/none', headers })).status === 503;
  }

  /** How many requests are under way according to the next decision. Waits as long as the limit of 1 is used. */
  async freeAgain(): Promise<number> {
    await until(async () => {
      for (let turns = 0; turns < 5; turns++) await turn();
      return !(await this.refuses());
    });
    return (this.decisions.at(-1) as ConcurrencyMessage).inFlight - 1;
  }
}

interface Waiting {
  readonly io: Io;
  readonly held: Held<number>;
}

/** A handler that answers when the test decides. */
function waitingHandler(waiting: Waiting[]): Handler {
  return async io => {
    const held = new Held<number>();
    waiting.push({ io, held });
    io.send(await held.promise, 'ok');
  };
}

/** A server behind one concurrency limit, by default of 1, or behind other `gates` on the same clock. */
export async function limitedServer(
  adapter: AdapterUnderTest,
  options: Partial<Options> = {},
  {
    gates,
    handler,
    ...scenario
  }: Omit<Scenario, 'gates'> & { gates?: (clock: MockClock) => readonly GateUnderTest[] } = {},
): Promise<LimitedServer> {
  const clock = new MockClock();
  const decisions = heard('breaking:concurrency_limit:decision');
  const waiting: Waiting[] = [];
  const limit: GateUnderTest = { kind: 'concurrencyLimit', options: { limit: 1, clock, ...options } };
  const served = await serve(adapter, {
    ...scenario,
    gates: gates?.(clock) ?? [limit],
    handler: handler ?? waitingHandler(waiting),
  });
  return new LimitedServer(served, clock, decisions, waiting);
}
