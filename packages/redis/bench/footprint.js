/**
 * The size of a key and of a decision: the memory of a key with one and with two limits, and the bytes to and from the server
 * for one decision, on the server that REDIS_URL names (default redis://127.0.0.1:6379). The server is emptied, so nobody
 * else may use it.
 *
 *     npm run build && node packages/redis/bench/footprint.js
 */
import { perDay, perSecond, RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';

const KEYS = 100_000;
const client = new Redis(process.env.REDIS_URL || 'redis://127.0.0.1:6379');
const store = new RedisBucketStore({ client, deadlineSecs: 60 });

const infoOf = async (section, name) =>
  Number(new RegExp(`${name}:(\\d+)`).exec(await client.info(section))?.[1]);
const traffic = async () => [
  await infoOf('stats', 'total_net_input_bytes'),
  await infoOf('stats', 'total_net_output_bytes'),
];
/** The key of an address, as the adapters create it. */
const address = i => `ip:10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;

for (const [what, limits] of [
  ['one limit', { daily: perDay(5000) }],
  ['two limits', { burst: perSecond(20), daily: perDay(5000) }],
]) {
  await client.flushdb();
  const limiter = new RateLimiter({ name: 'api', limits, store });
  await limiter.check('warm');
  // The cost of reading the figures.
  const [idleIn, idleOut] = (await difference(async () => {})).map(Math.round);
  const usedBefore = await infoOf('memory', 'used_memory');
  const [bytesIn, bytesOut] = await difference(async () => {
    for (let i = 0; i < KEYS; i += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, j) => limiter.check(address(i + j))));
    }
  });
  const used = (await infoOf('memory', 'used_memory')) - usedBefore;
  const name = `v2:8:breaking:3:api:${address(KEYS / 2)}`;
  console.log(
    `${what}: MEMORY USAGE ${await client.memory('USAGE', name)} bytes a key, used_memory ${Math.round(used / KEYS)};`,
    `${Math.round((bytesIn - idleIn) / KEYS)} bytes to the server and ${Math.round((bytesOut - idleOut) / KEYS)} back for a decision`,
  );
}
await client.flushdb();
client.disconnect();

async function difference(operate) {
  const before = await traffic();
  await operate();
  return (await traffic()).map((bytes, i) => bytes - before[i]);
}
