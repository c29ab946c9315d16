/** One of several processes that use the same key as often as they can. It runs the built packages. */
import { setTimeout as later } from 'node:timers/promises';
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';

process.once('message', async ({ port, callers, runs, pauseMs, limit, lease, closes }) => {
  const client = new Redis(port, '127.0.0.1');
  const store = new RedisBucketStore({ client, deadlineSecs: 60, lease });
  const limiter = new RateLimiter({ name: 'api', limits: limit, store });
  const allowedAtMs = [];
  let refused = 0;
  let longestMs = 0;
  const call = async isOver => {
    while (!isOver()) {
      const askedMs = performance.now();
      const { allowed } = await limiter.check('hot');
      longestMs = Math.max(longestMs, performance.now() - askedMs);
      if (allowed) allowedAtMs.push(performance.timeOrigin + performance.now());
      else refused++;
    }
  };
  for (const { ms, allowed: allowedAtLeast = 0, refused: refusedAtLeast = 0 } of runs) {
    const endMs = performance.now() + ms;
    const [allowedBefore, refusedBefore] = [allowedAtMs.length, refused];
    const isOver = () =>
      performance.now() >= endMs &&
      allowedAtMs.length - allowedBefore >= allowedAtLeast &&
      refused - refusedBefore >= refusedAtLeast;
    await Promise.all(Array.from({ length: callers }, () => call(isOver)));
    await later(pauseMs);
  }
  if (closes) await store.close();
  client.disconnect();
  process.send?.({ allowedAtMs, refused, longestMs }, () => process.disconnect());
});
process.send?.('ready');
