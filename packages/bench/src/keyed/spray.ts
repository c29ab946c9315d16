import { OURS } from '../contender.js';
import { heldBytes, peakBytes } from '../memoryUse.js';
import type { Part } from '../part.js';
import { BusyTime } from '../timing.js';
import { allowsOne, decisions } from './decisions.js';
import type { KeyedContender, KeyedLimiter } from './keyedContender.js';
import { keyAt } from './keys.js';

const KEYS: Readonly<Record<string, number>> = { '2 M keys': 2e6, '5 M keys': 5e6 };
const WARM_UPS = 2;
const WARM_UP_KEYS = 250_000;
const BATCH = 1000;
const LIMIT = { requests: 5, windowSecs: 3600 };
const MB = 1e6;

/**
 * An attacker uses a new key for every request: how much memory that takes, how long others have to wait at most, and whether
 * a key that was blocked before is still blocked. Limiters keep as many keys as they do by default.
 */
export const spray: Part<KeyedContender> = {
  name: 'spray',
  title: 'A spray of new keys',
  family: 'keyed',
  rounds: 1,
  runs: Object.keys(KEYS),
  // The table of the peers shows the longer run.
  takesPart: ({ name }, run) => name === OURS || run === '5 M keys',
  async measure(contender, run) {
    const keys = KEYS[run] as number;
    // On other limiters, so that code is compiled for several limiters and for a full one.
    for (let i = 0; i < WARM_UPS; i++) await spraying(await withBlockedKey(contender), WARM_UP_KEYS);
    const limiter = await withBlockedKey(contender);
    const before = await heldBytes();
    const { longestMs, decidingMs } = await spraying(limiter, keys);
    return {
      'ns per key': (decidingMs / keys) * 1e6,
      'ms of the slowest 1,000 keys': longestMs,
      'MB held after it': ((await heldBytes()) - before) / MB,
      'MB of the process at its peak': peakBytes() / MB,
      'still blocked (1 = yes)': (await allowsOne(limiter, 'blocked')) ? 0 : 1,
    };
  },
};

async function withBlockedKey(contender: KeyedContender): Promise<KeyedLimiter> {
  const limiter = await contender.open(LIMIT);
  for (let asked = 0; asked <= LIMIT.requests; asked++) await allowsOne(limiter, 'blocked');
  return limiter;
}

/** Makes keys and decides on them in batches. Making keys is included in the longest time, but not in the other figures. */
async function spraying(limiter: KeyedLimiter, count: number) {
  const keys = [keyAt(0)];
  const decide = decisions(limiter, i => keys[i] as string);
  let longestMs = 0;
  let decidingMs = 0;
  for (let from = 0; from < count; from += BATCH) {
    const all = new BusyTime();
    for (let i = 0; i < BATCH; i++) keys[i] = keyAt(from + i);
    const deciding = new BusyTime();
    const allowed = decide(0, BATCH);
    if (allowed instanceof Promise) await allowed;
    decidingMs += deciding.ms;
    longestMs = Math.max(longestMs, all.ms);
  }
  return { longestMs, decidingMs };
}
