import type { KeyedContender } from '../keyedContender.js';

/** Decides nothing: the cost of getting a key, calling, and reading the answer. */
export const contender: KeyedContender<boolean> = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async open() {
    return { decide: key => key.length > 0, isAllowed: allowed => allowed };
  },
};
