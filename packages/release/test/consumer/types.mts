// A TypeScript program that uses each package. The test compiles it in each module format.
import { type BucketStore, type Decision, MemoryBucketStore, perMinute, RateLimiter } from '@breaking/core';
import { dashboard as expressDashboard } from '@breaking/dashboard/express';
import { dashboard as fastifyDashboard } from '@breaking/dashboard/fastify';
import { dashboard as koaDashboard } from '@breaking/dashboard/koa';
import * as onExpress from '@breaking/express';
import breaking from '@breaking/fastify';
import { protect } from '@breaking/fetch';
import * as onHono from '@breaking/hono';
import { type Binding, RateLimitGate } from '@breaking/http';
import * as onKoa from '@breaking/koa';
import { observe } from '@breaking/metrics/otel';
import { collectInto } from '@breaking/metrics/prometheus';
import { RedisBucketStore } from '@breaking/redis';
import { guard } from '@breaking/web';
import express from 'express';
import { fastify } from 'fastify';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import Koa from 'koa';
import { register } from 'prom-client';

const store: BucketStore = new RedisBucketStore({ client: new Redis() });
const limiter = new RateLimiter({ name: 'api', limits: perMinute(100), store: new MemoryBucketStore() });
export const decision: Decision = limiter.check('key');

const expressApp = express();
expressApp.use(
  '/ops',
  expressDashboard({ watch: [limiter], authorize: (req: express.Request) => req.get('x-user') === 'ada' }),
);
expressApp.use(
  onExpress.rateLimit({ name: 'api', ...perMinute(100), store, keyOf: req => req.get('x-user') }),
);
expressApp.get('/', onExpress.circuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 }), (req, res) => {
  res.json(req.rateLimit?.limits);
});

const koaApp = new Koa();
koaApp.use(koaDashboard({ path: '/ops', watch: [limiter], authorize: ctx => ctx.ip === '127.0.0.1' }));
koaApp.use(onKoa.rateLimit({ ...perMinute(100), keyOf: ctx => ctx.get('x-user') }));
koaApp.use(onKoa.circuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 }));

const fastifyApp = fastify();
const page = fastifyDashboard({ watch: [limiter], authorize: async request => request.ip === '127.0.0.1' });
void fastifyApp.register(page, { prefix: '/ops' });
void fastifyApp.register(breaking, { rateLimit: perMinute(100) });
fastifyApp.get(
  '/',
  { config: { rateLimit: perMinute(2), circuitBreaker: false } },
  async req => req.rateLimit,
);

const honoApp = new Hono();
honoApp.use(onHono.rateLimit({ ...perMinute(100), store, name: 'api', keyOf: c => c.req.header('x-user') }));
honoApp.get('/', onHono.circuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 }), c =>
  c.json(c.get('rateLimit')?.limits),
);

export const handler = guard(
  (request: Request, info: { address: string }) => new Response(request.url + info.address),
  {
    rateLimit: { ...perMinute(100), addressOf: (_request, { address }) => address },
  },
);

export const outgoing: typeof fetch = protect(fetch, { breaker: { errorThreshold: 5, timeWindowSecs: 60 } });

export const gateOf = (binding: Binding<object, object>) => new RateLimitGate(binding, perMinute(100));

export const stops: readonly (() => void)[] = [collectInto(register), observe()];
