import { type Decision, RateLimiter } from '@breaking/core';
import type { Part } from '../part.js';
import { median } from '../stats.js';
import { collectGarbage, nsPerCall } from '../timing.js';
import type { ListeningContender, Stop } from './listeningContender.js';

const WARM_UP_MS = 15;
const SLICES = 8;
const SLICE_MS = 25;

/**
 * The additional cost of a decision that is counted. Decisions with and without a subscriber alternate within one process:
 * counting starts and ends in each slice.
 */
export const listening: Part<ListeningContender> = {
  name: 'listening',
  title: 'A decision that is counted, over one that nobody listens to, in nanoseconds',
  family: 'listening',
  rounds: 3,
  runs: ['hot key'],
  takesPart: () => true,
  async measure(contender) {
    const listen = await contender.open();
    const allowed = await ofDecisions(1e9, listen);
    const refused = await ofDecisions(1, listen);
    return {
      'ns allowed': allowed.counted,
      'ns refused': refused.counted,
      'ns allowed, after it has ended': allowed.afterwards,
    };
  },
};

/** The last answer, so that the compiler cannot remove calls as unused. */
const kept: { answer: Decision | undefined } = { answer: undefined };

async function ofDecisions(capacityMax: number, listen: () => Stop) {
  const limiter = new RateLimiter({ name: 'bench', limits: { capacityMax, restoreRateHz: 1e-6 } });
  const decide = (from: number, to: number) => {
    for (let i = from; i < to; i++) kept.answer = limiter.check('192.0.2.1');
  };
  const slice = async () => {
    await nsPerCall(decide, { forMs: WARM_UP_MS, batch: 2000 });
    return nsPerCall(decide, { forMs: SLICE_MS, batch: 2000 });
  };
  collectGarbage();
  await slice();
  const never: number[] = [];
  for (let i = 0; i < SLICES; i++) never.push(await slice());

  const over: number[] = [];
  const ended: number[] = [];
  for (let i = 0; i < SLICES; i++) {
    const unheard = await slice();
    const stop = listen();
    const heard = await slice();
    stop();
    over.push(heard - unheard);
    ended.push(unheard);
  }
  return { counted: median(over), afterwards: median(ended.slice(1)) - median(never) };
}
