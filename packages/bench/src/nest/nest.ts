import { Exchange } from '../http/exchange.js';
import { BARE } from '../http/httpContender.js';
import type { Part } from '../part.js';
import { median, spreadOver } from '../stats.js';
import { collectGarbage, cpuUs } from '../timing.js';
import { application } from './application.js';
import { contender as bareApplication } from './contenders/bare.js';
import type { NestContender } from './nestContender.js';

const CLIENTS = 1000;
const WARM_UP_BATCHES = 20;
const BATCH = 500;
const SLICES = 24;
const WINDOW_SECS = 3600;

/** Measured as in `http`: it alternates with the same application without the contender. */
export const nest: Part<NestContender> = {
  name: 'nest',
  title: 'A request to NestJS on Express without network, in microseconds of CPU',
  family: 'nest',
  rounds: 3,
  runs: ['allowed', 'refused'],
  nodeFlags: ['--single-threaded-gc'],
  takesPart: (contender, run) => run === 'allowed' || contender.role !== 'floor' || contender.name === BARE,
  async measure(contender, run) {
    const isRefused = run === 'refused' && contender.name !== BARE;
    const under = await exchangeWith(contender, isRefused ? 1 : 1_000_000);
    const bare = await exchangeWith(bareApplication, 1_000_000);
    for (let i = 0; i < WARM_UP_BATCHES; i++) {
      await under.statuses(BATCH);
      await bare.statuses(BATCH);
    }
    collectGarbage();
    const us: number[] = [];
    const bareUs: number[] = [];
    for (let slice = 0; slice < SLICES; slice++) {
      bareUs.push(await usPerRequest(bare, 200));
      us.push(await usPerRequest(under, isRefused ? 429 : 200));
    }
    return { us: median(us), ...spreadOver('us over bare', us, bareUs) };
  },
};

async function exchangeWith(contender: NestContender, requests: number): Promise<Exchange> {
  return new Exchange(await application(contender, { requests, windowSecs: WINDOW_SECS }), CLIENTS);
}

/** @throws Error if a response has another status, since then the wrong thing was measured */
async function usPerRequest(exchange: Exchange, expected: number): Promise<number> {
  const cpu = cpuUs();
  const statuses = await exchange.statuses(BATCH);
  const us = (cpuUs() - cpu) / BATCH;
  if (statuses.get(expected) !== BATCH) {
    throw new Error(`not all answers were ${expected}: ${JSON.stringify([...statuses])}`);
  }
  await new Promise(resolve => setImmediate(resolve));
  return us;
}
