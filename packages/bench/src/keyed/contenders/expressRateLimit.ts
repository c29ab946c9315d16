import type { ClientRateLimitInfo } from 'express-rate-limit';
import type { KeyedContender } from '../keyedContender.js';

export const contender: KeyedContender<ClientRateLimitInfo> = {
  name: 'express-rate-limit',
  role: 'peer',
  packages: ['express-rate-limit'],
  async open({ requests, windowSecs }) {
    const { MemoryStore } = await import('express-rate-limit');
    const store = new MemoryStore();
    store.init({ windowMs: windowSecs * 1000 } as Parameters<typeof store.init>[0]);
    return {
      decide: key => store.increment(key),
      isAllowed: ({ totalHits }) => totalHits <= requests,
    };
  },
};
