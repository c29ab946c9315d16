import { heldBytes, peakBytes } from '../memoryUse.js';
import type { Part } from '../part.js';
import { BusyTime } from '../timing.js';
import { allowsOne, decisions } from './decisions.js';
import type { KeyedContender } from './keyedContender.js';
import { keyAt } from './keys.js';

const KEYS = 5_000_000;
const BATCH = 1000;
const MB = 1e6;

/**
 * What someone does to a limiter who has a new key for every request: how much memory it takes, how long everyone else
 * has to wait at most, and whether a key that was blocked before is still blocked. Limiters hold as many keys as they
 * hold by themselves.
 */
export const spray: Part<KeyedContender> = {
  name: 'spray',
  title: 'A spray of five million keys',
  family: 'keyed',
  rounds: 1,
  runs: ['5 M keys'],
  takesPart: ({ name }) => name !== 'no-op',
  async measure(contender) {
    const limiter = await contender.open({ requests: 5, windowSecs: 3600 });
    while (await allowsOne(limiter, 'blocked')) {}
    const decide = decisions(limiter, keyAt);
    const before = await heldBytes();
    let busyMs = 0;
    let longestMs = 0;
    for (let i = 0; i < KEYS; i += BATCH) {
      const busy = new BusyTime();
      const allowed = decide(i, i + BATCH);
      if (allowed instanceof Promise) await allowed;
      const ms = busy.ms;
      busyMs += ms;
      longestMs = Math.max(longestMs, ms);
    }
    return {
      'ns per key': (busyMs / KEYS) * 1e6,
      'ms of the slowest 1,000 keys': longestMs,
      'MB held after it': ((await heldBytes()) - before) / MB,
      'MB of the process at its peak': peakBytes() / MB,
      'still blocked (1 = yes)': (await allowsOne(limiter, 'blocked')) ? 0 : 1,
    };
  },
};
