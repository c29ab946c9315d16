import type { LeaseContender } from '../leaseContender.js';

export const contender: LeaseContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/redis', 'ioredis'],
  can: () => true,
  async open(client, { tokens, asGate }) {
    const { DenyCacheBucketStore, FailoverBucketStore, RateLimiter } = await import('@breaking/core');
    const { RedisBucketStore } = await import('@breaking/redis');
    const name = tokens === undefined ? 'api' : 'leased';
    const lease = tokens === undefined ? undefined : { tokens };
    const store = new RedisBucketStore({ client, deadlineSecs: 60, lease });
    const limits = { capacityMax: 1e12, restoreRateHz: 1e6 };
    if (!asGate) {
      const limiter = new RateLimiter({ name, limits, store });
      return key => limiter.check(key);
    }
    const failover = new FailoverBucketStore({ store, name, deadlineSecs: 60 });
    const limiter = new RateLimiter({ name, limits, store: new DenyCacheBucketStore({ store: failover }) });
    return key => limiter.check(key);
  },
};
