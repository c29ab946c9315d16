import { createServer } from 'node:http';
import { perMinute, rateLimit } from '@breaking/express';
import breaking from '@breaking/fastify';
import { RedisBucketStore } from '@breaking/redis';
import express from 'express';
import Fastify from 'fastify';

/**
 * The options of one limit for all servers: ten requests at once, then ten a minute. Limits of one name share their
 * buckets in a store.
 * @param {import('ioredis').Redis} client each server has a connection of its own
 */
function sharedLimit(client) {
  return { name: 'api', ...perMinute(10), store: new RedisBucketStore({ client }) };
}

/** @param {import('ioredis').Redis} client */
export function createExpress(client) {
  const app = express();
  app.use(rateLimit(sharedLimit(client)));
  app.get('/', (_req, res) => {
    res.json({ hello: 'from Express' });
  });
  return createServer(app);
}

/** @param {import('ioredis').Redis} client */
export async function createFastify(client) {
  const app = Fastify();
  await app.register(breaking, { rateLimit: sharedLimit(client) });
  app.get('/', async () => ({ hello: 'from Fastify' }));
  await app.ready();
  return app.server;
}
