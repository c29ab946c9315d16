/** One of several processes that ask for the same key as often as they can. It runs the built packages. */
import { setTimeout as later } from 'node:timers/promises';
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';

process.once('message', async ({ port, callers, runsMs, pauseMs, limit, lease, closes }) => {
  const client = new Redis(port, '127.0.0.1');
  const store = new RedisBucketStore({ client, deadlineSecs: 5, lease });
  const limiter = new RateLimiter({ name: 'api', limits: limit, store });
  const allowedAtMs = [];
  let refused = 0;
  const call = async end => {
    while (performance.now() < end) {
      if ((await limiter.check('hot')).allowed) allowedAtMs.push(performance.timeOrigin + performance.now());
      else refused++;
    }
  };
  for (const runMs of runsMs) {
    const end = performance.now() + runMs;
    await Promise.all(Array.from({ length: callers }, () => call(end)));
    await later(pauseMs);
  }
  if (closes) await store.close();
  client.disconnect();
  process.send?.({ allowedAtMs, refused }, () => process.disconnect());
});
process.send?.('ready');
