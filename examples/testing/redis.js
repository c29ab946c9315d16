/** `REDIS_URL=redis://127.0.0.1:6379 node --test redis.js`: a limit in Redis, with no clock to move. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { perDay, rateLimit } from '@breaking/express';
import { RedisBucketStore } from '@breaking/redis';
import express from 'express';
import { Redis } from 'ioredis';

/** @param {import('@breaking/express').BucketStore} store */
function createApp(store) {
  const app = express();
  // The rate is so low that no token returns while a test runs. The deadline of 10 s keeps a busy machine from counting as an
  // outage.
  const limit = rateLimit({ name: 'api', ...perDay(2), store, storeDeadlineSecs: 10, onStoreError: 'deny' });
  app.use(limit);
  app.get('/', (_req, res) => void res.send('hello'));
  return { app, limiter: limit.limiter };
}

const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
client.on('error', error => console.error(error.message));
// Keys for this run only, which expire by themselves.
const store = new RedisBucketStore({ client, prefix: `test ${randomUUID()}` });
const { app, limiter } = createApp(store);
const server = app.listen(0, '127.0.0.1');
after(() => {
  server.close();
  client.disconnect();
});

test('a client gets two requests, and two more after a reset', async () => {
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const ask = async () => (await fetch(`http://127.0.0.1:${port}`)).status;

  assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 429]);
  // A unit test does this with advanceBy.
  await limiter.reset('ip:127.0.0.1');
  assert.deepEqual([await ask(), await ask(), await ask()], [200, 200, 429]);
});
