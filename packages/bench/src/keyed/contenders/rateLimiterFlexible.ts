import type { RateLimiterRes } from 'rate-limiter-flexible';
import type { KeyedContender } from '../keyedContender.js';

/** If it refuses, it rejects with its answer. */
export const contender: KeyedContender<RateLimiterRes> = {
  name: 'rate-limiter-flexible',
  role: 'peer',
  packages: ['rate-limiter-flexible'],
  async open({ requests, windowSecs }) {
    const { RateLimiterMemory } = await import('rate-limiter-flexible');
    const limiter = new RateLimiterMemory({ points: requests, duration: windowSecs });
    return {
      decide: key => limiter.consume(key),
      isAllowed: ({ consumedPoints }) => consumedPoints <= requests,
    };
  },
};
