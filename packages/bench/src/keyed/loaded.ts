import type { Part } from '../part.js';
import { leastDisturbed } from '../stats.js';
import { nsOfNewStrings } from './decision.js';
import type { KeyedContender } from './keyedContender.js';
import { KeyBytes } from './keys.js';

/**
 * The cost of a decision after a program has loaded ioredis, as every user of Redis does. ioredis has a class that extends
 * String, after which V8 looks up the methods of strings on every call.
 */
export const loaded: Part<KeyedContender> = {
  name: 'loaded',
  title: 'A keyed decision before ioredis is loaded, and after it',
  family: 'keyed',
  rounds: 3,
  runs: ['ioredis'],
  takesPart: ({ role }) => role !== 'floor',
  async measure(contender) {
    const limiter = await contender.open({ requests: 1e9, windowSecs: 3600, keys: 1000 });
    const order = Uint32Array.from({ length: 1024 }, (_, i) => i % 1000);
    const keys = new KeyBytes(1000);
    const before = leastDisturbed(await nsOfNewStrings(limiter, order, keys));
    await import('ioredis');
    const after = leastDisturbed(await nsOfNewStrings(limiter, order, keys));
    return { 'ns before': before, 'ns after': after, 'times as long': after / before };
  },
};
