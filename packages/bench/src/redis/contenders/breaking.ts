import { KEYS, type RedisContender } from '../redisContender.js';

export const contender: RedisContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/redis', 'ioredis'],
  can: () => true,
  async open(client, { limits, cost, isBlocked }) {
    const { RateLimiter } = await import('@breaking/core');
    const { RedisBucketStore } = await import('@breaking/redis');
    const store = new RedisBucketStore({ client, deadlineSecs: 60 });
    const limiter = new RateLimiter({ name: 'api', limits, store });
    if (isBlocked) await Promise.all(KEYS.map(key => limiter.block(key, 3600)));
    return key => limiter.check(key, cost);
  },
};
