import { bytesPerCall, COUNTING_FLAGS } from '../memoryUse.js';
import type { Part } from '../part.js';
import { decisions } from './decisions.js';
import type { KeyedContender } from './keyedContender.js';
import { keyAt } from './keys.js';

/** The bytes that a decision allocates. Its key is made before. */
export const allocation: Part<KeyedContender> = {
  name: 'allocation',
  title: 'Bytes that one decision allocates',
  family: 'keyed',
  rounds: 1,
  runs: ['allowed', 'refused'],
  nodeFlags: COUNTING_FLAGS,
  takesPart: () => true,
  async measure(contender, run) {
    // After a refusal, the remaining tokens are such that the wait is not a whole number.
    const limiter = await contender.open({ requests: run === 'allowed' ? 1e9 : 3, windowSecs: 3600 });
    const key = keyAt(1);
    const decide = decisions(limiter, () => key);
    await decide(0, 50_000);
    return { bytes: await bytesPerCall(decide) };
  },
};
