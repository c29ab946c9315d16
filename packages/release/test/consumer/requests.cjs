// A small request program for both module formats: its caller passes in the package.
const { once } = require('node:events');
const express = require('express');
const Fastify = require('fastify');
const { Hono } = require('hono');
const Koa = require('koa');
const { Registry } = require('prom-client');

const byNobody = { capacityMax: 1, restoreRateHz: 0.001, keyOf: () => 'nobody' };
const limit = { name: 'api', capacityMax: 1, restoreRateHz: 0.001 };
const breaker = { errorThreshold: 1, timeWindowSecs: 3600 };

/**
 * The statuses of two limited and two broken requests through each framework, and results of the packages without a
 * framework.
 */
module.exports = async function requests(breaking) {
  const registry = new Registry();
  const stops = [breaking.metrics.collectInto(registry), breaking.metrics.observe()];
  const watch = { watch: [], authorize: () => true };
  const { dashboards } = breaking;
  const expressApp = express();
  expressApp.use('/ops', dashboards.express.dashboard(watch));
  expressApp.get('/broken', breaking.express.circuitBreaker(breaker), (_req, res) => res.status(500).end());
  expressApp.use(breaking.express.rateLimit(limit));
  expressApp.get('/', (_req, res) => void res.send('ok'));

  const koaApp = new Koa();
  koaApp.use(dashboards.koa.dashboard({ ...watch, path: '/ops' }));
  const koaBreaker = breaking.koa.circuitBreaker(breaker);
  const fail = async ctx => {
    ctx.status = 500;
  };
  koaApp.use((ctx, next) => (ctx.path === '/broken' ? koaBreaker(ctx, () => fail(ctx)) : next()));
  koaApp.use(breaking.koa.rateLimit(limit));
  koaApp.use(ctx => {
    ctx.body = 'ok';
  });

  const fastifyApp = Fastify();
  await fastifyApp.register(breaking.fastify, { rateLimit: limit });
  await fastifyApp.register(dashboards.fastify.dashboard(watch), { prefix: '/ops' });
  fastifyApp.get('/', async () => 'ok');
  const broken = { config: { rateLimit: false, circuitBreaker: breaker } };
  fastifyApp.get('/broken', broken, (_request, reply) => reply.code(500).send());
  await fastifyApp.listen();

  const honoApp = new Hono()
    .get('/broken', breaking.hono.circuitBreaker(breaker), c => c.body(null, 500))
    .use(breaking.hono.rateLimit(byNobody))
    .get('/', c => c.text('ok'));
  const { guard } = breaking.web;
  const guarded = guard(() => new Response('ok'), { rateLimit: byNobody });
  const guardedBroken = guard(failing, { circuitBreaker: breaker });
  const protectedFetch = breaking.fetch.protect(failing, { breaker });

  const limiter = new breaking.core.RateLimiter({ limits: breaking.core.perMinute(1) });
  const said = {
    express: await statuses(expressApp.listen()),
    koa: await statuses(koaApp.listen()),
    fastify: await statuses(fastifyApp.server),
    web: [
      ...(await twice(() => guarded(requestTo('/')))),
      ...(await twice(() => guardedBroken(requestTo('/')))),
    ],
    hono: [
      ...(await twice(async () => honoApp.fetch(requestTo('/')))),
      ...(await twice(async () => honoApp.fetch(requestTo('/broken')))),
    ],
    fetch: await twice(() => protectedFetch('http://localhost/')),
    core: [limiter.check('key').allowed, limiter.check('key').allowed],
    http: typeof breaking.http.RateLimitGate,
    redis: typeof breaking.redis.RedisBucketStore,
    plan: typeof breaking.plan.frontier,
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

const failing = async () => new Response(null, { status: 500 });
const requestTo = path => new Request(`http://localhost${path}`);

/** The status of each of two calls, or the code of its error. */
async function twice(call) {
  const outcome = () =>
    call().then(
      ({ status }) => status,
      ({ code }) => code,
    );
  return [await outcome(), await outcome()];
}

async function statuses(server) {
  if (!server.listening) await once(server, 'listening');
  const url = `http://localhost:${server.address().port}/`;
  const statuses = [];
  for (const path of ['', '', 'broken', 'broken']) statuses.push((await fetch(url + path)).status);
  // The page of the dashboard, which has no limit in front of it.
  const page = await (await fetch(`${url}ops/page.js`)).text();
  if (!page.includes('EventSource')) throw new Error(`The page is not there: ${page}`);
  server.close();
  server.closeAllConnections();
  return statuses;
}
