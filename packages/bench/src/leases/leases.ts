import { Redis } from 'ioredis';
import type { Measured, Part } from '../part.js';
import { leastDisturbed, leastOf, median, spread } from '../stats.js';
import { cpuUs } from '../timing.js';
import type { Ask, LeaseContender, Taking } from './leaseContender.js';

const HOT_KEYS = keysOf(50);
const COLD_KEYS = keysOf(10_000);
/** The number of requests in one turn of the event loop. */
const AT_ONCE = 500;
/** How long cold keys are used in one way before switching to the other: several passes over all keys. */
const STRETCH_MS = 500;

const HOT: Readonly<Record<string, Taking>> = {
  '50 hot keys, 50 tokens': { tokens: 50, asGate: false },
  '50 hot keys, 1000 tokens': { tokens: 1000, asGate: false },
  '50 hot keys, 50 tokens, gate': { tokens: 50, asGate: true },
  '50 hot keys, 1000 tokens, gate': { tokens: 1000, asGate: true },
};
const COLD: Readonly<Record<string, () => readonly string[]>> = {
  '10,000 cold keys': () => COLD_KEYS,
  '10,000 cold keys at random': () =>
    COLD_KEYS.map(() => COLD_KEYS[Math.floor(Math.random() * 10_000)] as string),
};

/**
 * The cost of a decision with leases, on the server that REDIS_URL names, which is emptied. A few hot keys show what leases
 * save. Cold keys, alternately with and without leases, show their cost where they save nothing.
 */
export const leases: Part<LeaseContender> = {
  name: 'leases',
  title: 'decisions on leased tokens of Redis',
  family: 'leases',
  rounds: 5,
  runs: [...Object.keys(HOT), ...Object.keys(COLD)],
  takesPart: ({ can, role }, run) => {
    const taking = HOT[run];
    return process.env.REDIS_URL !== undefined && (taking === undefined ? role === 'ours' : can(taking));
  },
  async measure(contender, run) {
    const client = new Redis(process.env.REDIS_URL as string);
    await client.flushdb();
    const taking = HOT[run];
    const measured =
      taking === undefined
        ? await cold(contender, client, COLD[run] as () => readonly string[])
        : await hot(await contender.open(client, taking));
    await client.flushdb();
    client.disconnect();
    return measured;
  },
};

async function hot(ask: Ask): Promise<Measured> {
  const pass = Array.from({ length: 20 * AT_ONCE }, (_, i) => HOT_KEYS[i % HOT_KEYS.length] as string);
  await passes(ask, () => pass, 300);
  const { ns, cpuNs } = await passes(ask, () => pass, 700);
  return { ...spread('ns', ns), ...spread('ns of Node', cpuNs) };
}

async function cold(
  contender: LeaseContender,
  client: Redis,
  pass: () => readonly string[],
): Promise<Measured> {
  const leased = await contender.open(client, { tokens: 50, asGate: false });
  const plain = await contender.open(client, { tokens: undefined, asGate: false });
  const [withLeases, without] = [new Passes(), new Passes()];
  for (let i = 0; i < 4; i++) {
    const [some, others] = [await passes(leased, pass, STRETCH_MS), await passes(plain, pass, STRETCH_MS)];
    // The first passes are for warming up.
    if (i === 0) continue;
    withLeases.add(some);
    without.add(others);
  }
  return {
    ...times('times as long', withLeases.ns, without.ns),
    ...times('times the CPU of Node', withLeases.cpuNs, without.cpuNs),
  };
}

/** The time of a decision in each pass over all keys. */
class Passes {
  readonly ns: number[] = [];
  readonly cpuNs: number[] = [];

  add({ ns, cpuNs }: Passes): void {
    this.ns.push(...ns);
    this.cpuNs.push(...cpuNs);
  }
}

/** Sends requests for so long, `AT_ONCE` in each turn of the event loop. Synchronous answers are not awaited. */
async function passes(ask: Ask, keysOfPass: () => readonly string[], forMs: number): Promise<Passes> {
  const passes = new Passes();
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const keys = keysOfPass();
    const [began, cpuBefore] = [performance.now(), cpuUs()];
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const waiting: unknown[] = [];
      for (let i = from; i < from + AT_ONCE; i++) {
        const answer = ask(keys[i] as string);
        if (answer instanceof Promise) waiting.push(answer);
      }
      if (waiting.length > 0) await Promise.all(waiting);
      await new Promise(setImmediate);
    }
    passes.ns.push(((performance.now() - began) * 1e6) / keys.length);
    passes.cpuNs.push(((cpuUs() - cpuBefore) * 1e3) / keys.length);
  }
  return passes;
}

function times(metric: string, some: readonly number[], others: readonly number[]): Measured {
  return {
    [metric]: median(some) / median(others),
    [leastOf(metric)]: leastDisturbed(some) / leastDisturbed(others),
  };
}

function keysOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `ip:10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
}
