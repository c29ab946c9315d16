import type { Part } from '../part.js';
import { collectGarbage, cpuUs } from '../timing.js';
import { Exchange } from './exchange.js';
import { FRAMEWORKS, type FrameworkName, type Handler } from './frameworks.js';
import { BARE, type HttpContender } from './httpContender.js';

/** Limiters allow or refuse, breakers are closed or open. Only on Fastify has ours a peer that is a middleware, too. */
const RUNS = [
  ...Object.keys(FRAMEWORKS).flatMap(name => [`${name}, allowed`, `${name}, refused`]),
  'fastify, closed',
  'fastify, open',
];
/** Clients that take turns. */
const CLIENTS = 1000;
const WARM_UP_MS = 400;
const MEASURE_MS = 500;
const BATCH = 500;

/**
 * CPU time of a whole request in a process without network: real request and response objects, from the application's
 * request listener to the finished response.
 */
export const http: Part<HttpContender> = {
  name: 'http',
  title: 'A request without network, in microseconds of CPU',
  family: 'http',
  rounds: 5,
  runs: RUNS,
  takesPart,
  async measure(contender, run) {
    const [framework, state] = run.split(', ') as [FrameworkName, string];
    const handler = { failing: false };
    const requests = state === 'refused' ? 1 : 1_000_000;
    const listener = await FRAMEWORKS[framework](contender, { requests, windowSecs: 3600 }, handler);
    const exchange = new Exchange(listener, CLIENTS);
    if (state === 'open') await open(exchange, handler);
    await usPerRequest(exchange, WARM_UP_MS);
    const { us, statuses } = await usPerRequest(exchange, MEASURE_MS);
    expectStatuses(statuses, { refused: 429, open: 503 }[state] ?? 200);
    return { us };
  },
};

export function takesPart(contender: HttpContender, run: string): boolean {
  const [framework, state] = run.split(', ') as [FrameworkName, string];
  if (contender.name === BARE) return state === 'allowed' || state === 'closed';
  if (contender[framework] === undefined) return false;
  if (contender.guardsAgainst === 'nothing') return state === 'allowed';
  return contender.guardsAgainst === (state === 'allowed' || state === 'refused' ? 'requests' : 'failures');
}

/** Lets the handler fail until it is no longer asked. */
export async function open(exchange: Exchange, handler: Handler): Promise<void> {
  handler.failing = true;
  await exchange.statuses(20);
  handler.failing = false;
}

async function usPerRequest(exchange: Exchange, forMs: number) {
  collectGarbage();
  const statuses = new Map<number, number>();
  const began = performance.now();
  const cpu = cpuUs();
  let done = 0;
  while (performance.now() < began + forMs) {
    for (const [status, count] of await exchange.statuses(BATCH)) {
      statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
    done += BATCH;
    // Timers and what else waits for a turn.
    await new Promise(resolve => setImmediate(resolve));
  }
  return { us: (cpuUs() - cpu) / done, statuses };
}

/** @throws Error if something else was measured than was meant to be */
function expectStatuses(statuses: ReadonlyMap<number, number>, expected: number): void {
  if (statuses.size === 1 && statuses.has(expected)) return;
  throw new Error(`not all answers were ${expected}: ${JSON.stringify([...statuses])}`);
}
