import { heldBytes } from '../memoryUse.js';
import type { Part } from '../part.js';
import { allowsOne, decisions } from './decisions.js';
import type { KeyedContender } from './keyedContender.js';
import { keyAt } from './keys.js';

const KEYS = 1_000_000;

/** The memory of a live key. Keys are made when they are needed, so if a limiter keeps them, they count. */
export const memory: Part<KeyedContender> = {
  name: 'memory',
  title: 'Memory of a million live keys',
  family: 'keyed',
  rounds: 1,
  runs: ['1 M keys'],
  takesPart: ({ name }) => name !== 'no-op',
  async measure(contender) {
    const limiter = await contender.open({ requests: 1, windowSecs: 3600, keys: KEYS });
    const before = await heldBytes();
    const allowed = await decisions(limiter, keyAt)(1, KEYS);
    const held = (await heldBytes()) - before;
    let live = 0;
    for (let i = 1; i < KEYS; i += 1000) if (!(await allowsOne(limiter, keyAt(i)))) live++;
    return { 'bytes per key': held / allowed, '% still limited': live / 10 };
  },
};
