import type { Counted } from '@fastify/rate-limit/store/LocalStore.js';
import type { KeyedContender } from '../keyedContender.js';

/** Its LocalStore, an LRU of 5,000 keys by default. Its plugin wraps each call in a promise; this does not. */
export const contender: KeyedContender<Counted> = {
  name: '@fastify/rate-limit',
  role: 'peer',
  packages: ['@fastify/rate-limit'],
  async open({ requests, windowSecs, keys }) {
    const { default: LocalStore } = await import('@fastify/rate-limit/store/LocalStore.js');
    const store = new LocalStore(false, false, keys);
    const windowMs = windowSecs * 1000;
    let counted: Counted = { current: 0, ttl: 0 };
    const keep = (_error: null, result: Counted) => {
      counted = result;
    };
    return {
      decide(key) {
        store.incr(key, keep, windowMs, requests);
        return counted;
      },
      isAllowed: ({ current }) => current <= requests,
    };
  },
};
