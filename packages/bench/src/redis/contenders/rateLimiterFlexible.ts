import type { RedisContender } from '../redisContender.js';

/** A fixed window. */
export const contender: RedisContender = {
  name: 'rate-limiter-flexible',
  role: 'peer',
  packages: ['rate-limiter-flexible', 'ioredis'],
  can: ({ limits, cost, isBlocked }) => Object.keys(limits).length === 1 && cost > 0 && !isBlocked,
  async open(client, { limits }) {
    const { RateLimiterRedis } = await import('rate-limiter-flexible');
    const points = Object.values(limits)[0]?.capacityMax ?? 0;
    const limiter = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: 'flexible',
      duration: 3600,
      points,
    });
    return key => limiter.consume(key).catch(refusal => refusal);
  },
};
