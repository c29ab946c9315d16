import { heard } from '../heard.js';
import type { ListeningContender } from '../listeningContender.js';

/** The cost of publishing a decision to a subscriber that does nothing. */
export const contender: ListeningContender = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async open() {
    return () => heard(() => undefined);
  },
};
