import { heard } from '../heard.js';
import type { ListeningContender } from '../listeningContender.js';

/** What it costs to publish a decision to somebody who does nothing with it. */
export const contender: ListeningContender = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  async open() {
    return () => heard(() => undefined);
  },
};
