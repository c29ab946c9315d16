import type { BreakerContender } from '../breakerContender.js';

/** Only one more function around the call. */
export const contender: BreakerContender = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async guard(callee) {
    return () => callee();
  },
  async guardSync(callee) {
    return () => callee();
  },
};
