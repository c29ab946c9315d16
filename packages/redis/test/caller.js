/** One of several processes that ask for the same key as often as they can. Runs what was built. */
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';

process.once('message', async ({ port, callers, runMs, limit }) => {
  const client = new Redis(port, '127.0.0.1');
  const store = new RedisBucketStore({ client, deadlineSecs: 5 });
  const limiter = new RateLimiter({ name: 'api', limits: limit, store });
  const end = performance.now() + runMs;
  const counts = { allowed: 0, refused: 0 };
  const call = async () => {
    while (performance.now() < end) counts[(await limiter.check('hot')).allowed ? 'allowed' : 'refused']++;
  };
  await Promise.all(Array.from({ length: callers }, call));
  client.disconnect();
  process.send?.(counts, () => process.disconnect());
});
process.send?.('ready');
