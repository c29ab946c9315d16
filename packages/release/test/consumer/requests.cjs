// A small request program for both module formats: its caller passes in the package.
const { once } = require('node:events');
const express = require('express');
const Fastify = require('fastify');
const { Hono } = require('hono');
const Koa = require('koa');
const { Registry } = require('prom-client');

const byNobody = { capacityMax: 1, restoreRateHz: 0.001, keyOf: () => 'nobody' };
const limit = { name: 'api', capacityMax: 1, restoreRateHz: 0.001 };

/** The statuses of two requests through each framework, and results of the packages without a framework. */
module.exports = async function requests(breaking) {
  const registry = new Registry();
  const stops = [breaking.metrics.collectInto(registry), breaking.metrics.observe()];
  const watch = { watch: [], authorize: () => true };
  const { dashboards } = breaking;
  const expressApp = express();
  expressApp.use('/ops', dashboards.express.dashboard(watch));
  expressApp.use(breaking.express.rateLimit(limit));
  expressApp.get('/', (_req, res) => void res.send('ok'));

  const koaApp = new Koa();
  koaApp.use(dashboards.koa.dashboard({ ...watch, path: '/ops' }));
  koaApp.use(breaking.koa.rateLimit(limit));
  koaApp.use(ctx => {
    ctx.body = 'ok';
  });

  const fastifyApp = Fastify();
  await fastifyApp.register(breaking.fastify, { rateLimit: limit });
  await fastifyApp.register(dashboards.fastify.dashboard(watch), { prefix: '/ops' });
  fastifyApp.get('/', async () => 'ok');
  await fastifyApp.listen();

  const honoApp = new Hono().use(breaking.hono.rateLimit(byNobody)).get('/', c => c.text('ok'));

  const limiter = new breaking.core.RateLimiter({ limits: breaking.core.perMinute(1) });
  const said = {
    express: await statuses(expressApp.listen()),
    koa: await statuses(koaApp.listen()),
    fastify: await statuses(fastifyApp.server),
    web: await answered(breaking.web.guard(() => new Response('ok'), { rateLimit: byNobody })),
    hono: await answered(request => honoApp.fetch(request)),
    core: [limiter.check('key').allowed, limiter.check('key').allowed],
    http: typeof breaking.http.RateLimitGate,
    redis: typeof breaking.redis.RedisBucketStore,
    metrics: await refusals(registry),
  };
  for (const stop of stops) stop();
  return said;
};

/** How many requests were refused, as Prometheus would scrape it. */
async function refusals(registry) {
  const text = await registry.metrics();
  return Number(/result="refused",source="store"\} (\d+)/.exec(text)?.[1]);
}

async function answered(handler) {
  const statuses = [];
  for (let i = 0; i < 2; i++) statuses.push((await handler(new Request('http://localhost/'))).status);
  return statuses;
}

async function statuses(server) {
  if (!server.listening) await once(server, 'listening');
  const url = `http://localhost:${server.address().port}/`;
  const statuses = [(await fetch(url)).status, (await fetch(url)).status];
  // The page of the dashboard, which has no limit in front of it.
  const page = await (await fetch(`${url}ops/page.js`)).text();
  if (!page.includes('EventSource')) throw new Error(`The page is not there: ${page}`);
  server.close();
  server.closeAllConnections();
  return statuses;
}
