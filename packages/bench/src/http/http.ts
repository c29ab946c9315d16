import { OURS } from '../contender.js';
import type { Part } from '../part.js';
import { median, spreadOver } from '../stats.js';
import { collectGarbage, cpuUs } from '../timing.js';
import { contender as bareApplication } from './contenders/bare.js';
import { contender as threeHeaders } from './contenders/threeHeaders.js';
import { type AddressForm, Exchange } from './exchange.js';
import { FRAMEWORKS, type FrameworkName, type Handler } from './frameworks.js';
import { BARE, type HttpContender } from './httpContender.js';

const OVER_HEADERS = 'allowed over three headers';
/**
 * Limiters allow or refuse, breakers are closed or open. Only on Fastify does our breaker have a peer that is middleware too.
 * The other address forms are measured only on Fastify, which adds the least time itself.
 */
const RUNS = [
  ...Object.keys(FRAMEWORKS).flatMap(name => [
    `${name}, allowed`,
    `${name}, refused`,
    `${name}, ${OVER_HEADERS}`,
  ]),
  'fastify, allowed, mapped',
  'fastify, allowed, IPv6',
  'fastify, closed',
  'fastify, open',
];
/** The number of clients that take turns. */
const CLIENTS = 1000;
/** An application needs many requests until it is compiled and its times are steady. */
const WARM_UP_BATCHES = 20;
const BATCH = 500;
const SLICES = 24;
/** 1,000 requests. On Express they contain one or two scavenges, and every third time a collection of the old space. */
const BATCHES_PER_SLICE = 2;

/**
 * CPU time of a request in a process without a network: real request and response objects, from the application's request
 * listener to the finished response. It alternates, in random order, with the same application without the contender.
 */
export const http: Part<HttpContender> = {
  name: 'http',
  title: 'A request without network, in microseconds of CPU',
  family: 'http',
  rounds: 3,
  runs: RUNS,
  // Otherwise the collector's threads disturb each other if there are few processors.
  nodeFlags: ['--single-threaded-gc'],
  takesPart,
  async measure(contender, run) {
    const under = await exchangeWith(contender, run);
    const bare = await exchangeWith(run.endsWith(OVER_HEADERS) ? threeHeaders : bareApplication, run);
    const expected = STATUSES[run.split(', ')[1] ?? ''] ?? 200;
    for (let i = 0; i < WARM_UP_BATCHES; i++) {
      await batch(under);
      await batch(bare);
    }
    // Only once: a full collection discards compiled code that no request is using, and so slows down what follows.
    collectGarbage();
    const us: number[] = [];
    const bareUs: number[] = [];
    for (let slice = 0; slice < SLICES; slice++) {
      // In fixed turns, collections would fall on the same one of the two each time: they come at regular distances.
      const isFirst = Math.random() < 0.5;
      if (isFirst) us.push(await usPerRequest(under, expected));
      bareUs.push(await usPerRequest(bare, 200));
      if (!isFirst) us.push(await usPerRequest(under, expected));
    }
    return { us: median(us), ...spreadOver('us over bare', us, bareUs) };
  },
};

const STATUSES: Readonly<Record<string, number>> = { refused: 429, open: 503 };

async function exchangeWith(contender: HttpContender, run: string): Promise<Exchange> {
  const [framework, state, form] = run.split(', ') as [FrameworkName, string, AddressForm | undefined];
  const handler = { failing: false };
  const requests = state === 'refused' ? 1 : 1_000_000;
  const listener = await FRAMEWORKS[framework](contender, { requests, windowSecs: 3600 }, handler);
  const exchange = new Exchange(listener, CLIENTS, form);
  if (state === 'open') await open(exchange, handler);
  return exchange;
}

export function takesPart(contender: HttpContender, run: string): boolean {
  const [framework, state] = run.split(', ') as [FrameworkName, string];
  if (state === OVER_HEADERS) return contender.name === OURS;
  if (contender.name === BARE) return state === 'allowed' || state === 'closed';
  if (contender[framework] === undefined) return false;
  if (contender.guardsAgainst === 'nothing') return state === 'allowed';
  return contender.guardsAgainst === (state === 'allowed' || state === 'refused' ? 'requests' : 'failures');
}

/** Makes the handler fail until it is no longer called. */
export async function open(exchange: Exchange, handler: Handler): Promise<void> {
  handler.failing = true;
  await exchange.statuses(20);
  handler.failing = false;
}

/** @throws Error if a response has another status, since then the wrong thing was measured */
async function usPerRequest(exchange: Exchange, expected: number): Promise<number> {
  const cpu = cpuUs();
  for (let i = 0; i < BATCHES_PER_SLICE; i++) {
    const statuses = await batch(exchange);
    if (statuses.get(expected) !== BATCH) {
      throw new Error(`not all answers were ${expected}: ${JSON.stringify([...statuses])}`);
    }
  }
  return (cpuUs() - cpu) / (BATCHES_PER_SLICE * BATCH);
}

async function batch(exchange: Exchange): Promise<ReadonlyMap<number, number>> {
  const statuses = await exchange.statuses(BATCH);
  // Runs timers and other work that waits for a turn.
  await new Promise(resolve => setImmediate(resolve));
  return statuses;
}
