/** Three servers with one limit. The variable REDIS_URL is the address of Redis or Valkey, by default on this machine. */
import { Redis } from 'ioredis';
import { roundRobin } from './roundRobin.js';

const url = process.env.REDIS_URL || 'redis://127.0.0.1:6379';

if (await isThere(url)) {
  console.log('Twelve requests to three servers in turn, under one limit of ten at once and ten a minute:\n');
  for (const { server, status, left } of await roundRobin(url, 12)) {
    console.log(`  ${server.padEnd(10)} ${status}   RateLimit: ${left}`);
  }
  console.log('\nThe servers stand in examples/redis/services.js. The limit is full again after a minute.');
} else {
  console.error(
    `There is no Redis at ${url}. Start one (redis-server), or let the variable REDIS_URL say where it is.`,
  );
  process.exitCode = 1;
}

/** @param {string} redisUrl */
async function isThere(redisUrl) {
  const client = new Redis(redisUrl, { lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
