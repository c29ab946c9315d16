import type { LeaseContender } from '../leaseContender.js';

/** It has no leases: each decision is a round trip. */
export const contender: LeaseContender = {
  name: 'rate-limiter-flexible',
  role: 'peer',
  packages: ['rate-limiter-flexible', 'ioredis'],
  can: ({ asGate }) => !asGate,
  async open(client) {
    const { RateLimiterRedis } = await import('rate-limiter-flexible');
    const limiter = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: 'flexible',
      duration: 3600,
      points: 1e12,
    });
    return key => limiter.consume(key).catch(refusal => refusal);
  },
};
