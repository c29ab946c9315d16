import type { KeyedContender } from '../keyedContender.js';

/** Decides nothing: what it takes to come by a key, to call and to read the answer. */
export const contender: KeyedContender<boolean> = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async open() {
    return { decide: key => key.length > 0, isAllowed: allowed => allowed };
  },
};
