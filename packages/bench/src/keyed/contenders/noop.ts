import type { KeyedContender } from '../keyedContender.js';

/** Decides nothing: what it takes to come by the keys and to call. */
export const contender: KeyedContender<boolean> = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async open() {
    return { decide: key => key !== '', isAllowed: allowed => allowed };
  },
};
