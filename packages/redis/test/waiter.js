/** One of several processes whose callers wait for tokens of the same key. It runs the built packages. */
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';

process.once('message', async ({ port, callers, limit }) => {
  const redis = new Redis(port, '127.0.0.1');
  /** The server's reservations in the order of the requests: when it received each, and when that caller proceeds. */
  const promised = [];
  const received = answer => {
    const [, time, , , isReserved, waitSecs] = String(answer).split(' ');
    const [secs, micros] = String(time).split(':').map(Number);
    if (isReserved !== undefined) promised.push({ heardAt: secs * 1e6 + micros, waitSecs: Number(waitSecs) });
    return answer;
  };
  const client = {
    evalsha: (...args) => redis.evalsha(...args).then(received),
    eval: (...args) => redis.eval(...args),
  };
  const store = new RedisBucketStore({ client, deadlineSecs: 60 });
  const limiter = new RateLimiter({ name: 'api', limits: limit, store, maxWaitSecs: 60 });
  // The server has the script from here on, so that it receives all callers in the order of their calls.
  await limiter.reset('other');
  promised.length = 0;
  process.send?.('ready');

  process.once('message', async () => {
    const order = [];
    const wentAt = await Promise.all(
      Array.from({ length: callers }, async (_, number) => {
        await limiter.wait('hot');
        order.push(number);
        const [secs, micros] = (await redis.time()).map(Number);
        return secs * 1e6 + micros;
      }),
    );
    redis.disconnect();
    process.send?.({ promised, order, wentAt }, () => process.disconnect());
  });
});
process.send?.('started');
