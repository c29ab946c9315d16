/**
 * What a client gains from pipelining: decisions a second of one process, with 1 and with 64 simultaneous callers, on the
 * server that REDIS_URL names (default redis://127.0.0.1:6379). Rounds take turns; the median of each is shown.
 *
 *     npm run build && node packages/redis/bench/pipelining.js
 */
import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

const URL = process.env.REDIS_URL || 'redis://127.0.0.1:6379';
const ROUNDS = 7;
const ROUND_MS = 400;

const nodeRedis = createClient({ url: URL });
await nodeRedis.connect();
const ioredis = new Redis(URL);
const pipelining = new Redis(URL, { enableAutoPipelining: true });
const clients = { ioredis, 'ioredis, enableAutoPipelining': pipelining, 'node-redis': nodeRedis };

async function decisionsPerSec(client, callers) {
  const store = new RedisBucketStore({ client, deadlineSecs: 5 });
  const limiter = new RateLimiter({ name: 'bench', limits: { capacityMax: 1e9, restoreRateHz: 1e6 }, store });
  let decisions = 0;
  const began = performance.now();
  const call = async caller => {
    while (performance.now() < began + ROUND_MS) {
      await limiter.check(`caller ${caller}`);
      decisions++;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return decisions / ((performance.now() - began) / 1000);
}

const median = numbers => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

for (const callers of [1, 64]) {
  const rounds = Object.fromEntries(Object.keys(clients).map(name => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, client] of Object.entries(clients))
      rounds[name].push(await decisionsPerSec(client, callers));
  }
  console.log(`\n${callers} callers`);
  const first = median(rounds.ioredis);
  for (const [name, each] of Object.entries(rounds)) {
    const perSec = Math.round(median(each)).toLocaleString('en').padStart(8);
    console.log(
      `  ${name.padEnd(30)} ${perSec} a second   ${(median(each) / first).toFixed(2)} times ioredis`,
    );
  }
}
await nodeRedis.close();
ioredis.disconnect();
pipelining.disconnect();
