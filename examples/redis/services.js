import { createServer } from 'node:http';
import { perMinute, rateLimit } from '@breaking/express';
import breaking from '@breaking/fastify';
import { RedisBucketStore } from '@breaking/redis';
import express from 'express';
import Fastify from 'fastify';

/**
 * The options of one limit for all servers: ten requests at once, then ten a minute. Limits with the same name share
 * their buckets in a store.
 * @param {import('ioredis').Redis} client each server has its own connection
 * @param {number} [storeDeadlineSecs] after which a server counts by itself
 */
function sharedLimit(client, storeDeadlineSecs) {
  return { name: 'api', ...perMinute(10), store: new RedisBucketStore({ client }), storeDeadlineSecs };
}

/** @param {Parameters<typeof sharedLimit>} shared */
export function createExpress(...shared) {
  const app = express();
  app.use(rateLimit(sharedLimit(...shared)));
  app.get('/', (_req, res) => {
    res.json({ hello: 'from Express' });
  });
  return createServer(app);
}

/** @param {Parameters<typeof sharedLimit>} shared */
export async function createFastify(...shared) {
  const app = Fastify();
  await app.register(breaking, { rateLimit: sharedLimit(...shared) });
  app.get('/', async () => ({ hello: 'from Fastify' }));
  await app.ready();
  return app.server;
}
