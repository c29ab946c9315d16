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
/** Before it is compiled and steady, Express needs many requests. */
const WARM_UP_REQUESTS = 15_000;
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
  rounds: 3,
  runs: RUNS,
  takesPart,
  async measure(contender, run) {
    const [framework, state] = run.split(', ') as [FrameworkName, string];
    const handler = { failing: false };
    const requests = state === 'refused' ? 1 : 1_000_000;
    const listener = await FRAMEWORKS[framework](contender, { requests, windowSecs: 3600 }, handler);
    const exchange = new Exchange(listener, CLIENTS);
    if (state === 'open') await open(exchange, handler);
    for (let asked = 0; asked < WARM_UP_REQUESTS; asked += BATCH) await batch(exchange);
    return { us: await usPerRequest(exchange, { refused: 429, open: 503 }[state] ?? 200) };
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

/** @throws Error if an answer has another status: something else was measured than was meant to be */
async function usPerRequest(exchange: Exchange, expected: number): Promise<number> {
  collectGarbage();
  const began = performance.now();
  const cpu = cpuUs();
  let done = 0;
  while (performance.now() < began + MEASURE_MS) {
    const statuses = await batch(exchange);
    if (statuses.get(expected) !== BATCH) {
      throw new Error(`not all answers were ${expected}: ${JSON.stringify([...statuses])}`);
    }
    done += BATCH;
  }
  return (cpuUs() - cpu) / done;
}

async function batch(exchange: Exchange): Promise<ReadonlyMap<number, number>> {
  const statuses = await exchange.statuses(BATCH);
  // Timers, and what else waits for a turn.
  await new Promise(resolve => setImmediate(resolve));
  return statuses;
}
