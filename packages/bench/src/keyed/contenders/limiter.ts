import type { RateLimiter } from 'limiter';
import type { KeyedContender } from '../keyedContender.js';

/** It has no keys, so this keeps a limiter for each key in a Map, as a user would. */
export const contender: KeyedContender<boolean> = {
  name: 'limiter',
  role: 'peer',
  packages: ['limiter'],
  async open({ requests, windowSecs }) {
    const { RateLimiter } = await import('limiter');
    const limiters = new Map<string, RateLimiter>();
    const options = { tokensPerInterval: requests, interval: windowSecs * 1000 };
    return {
      decide(key) {
        let limiter = limiters.get(key);
        if (limiter === undefined) {
          limiter = new RateLimiter(options);
          limiters.set(key, limiter);
        }
        return limiter.tryRemoveTokens(1);
      },
      isAllowed: allowed => allowed,
    };
  },
};
