// The program of service.js in CommonJS.
const { once } = require('node:events');
const onExpress = require('@breaking/express');
const { breaking, CircuitBreaker, perMinute, RateLimiter } = require('@breaking/fastify');
const onKoa = require('@breaking/koa');
const express = require('express');
const Fastify = require('fastify');
const Koa = require('koa');
const limit = { name: 'api', ...perMinute(1) };
const breaker = { errorThreshold: 1, timeWindowSecs: 60 };

/** The statuses of two requests to a limited route and of two to a broken one, and a result of core without a framework. */
async function statuses() {
  return {
    express: await statusesOf(expressApp().listen(0)),
    koa: await statusesOf(koaApp().listen(0)),
    fastify: await statusesOf(await fastifyServer()),
    core: core(),
  };
}

function expressApp() {
  const app = express();
  app.get('/limited', onExpress.rateLimit(limit), (_req, res) => void res.send('ok'));
  app.get('/broken', onExpress.circuitBreaker(breaker), (_req, res) => void res.status(500).end());
  return app;
}

function koaApp() {
  const limited = onKoa.rateLimit(limit);
  const broken = onKoa.circuitBreaker(breaker);
  return new Koa().use((ctx, next) => {
    const isLimited = ctx.path === '/limited';
    const gate = isLimited ? limited : broken;
    return gate(ctx, async () => {
      ctx.status = isLimited ? 200 : 500;
      await next();
    });
  });
}

async function fastifyServer() {
  const app = Fastify();
  await app.register(breaking);
  app.get('/limited', { config: { rateLimit: limit } }, async () => 'ok');
  app.get('/broken', { config: { circuitBreaker: breaker } }, async (_request, reply) =>
    reply.code(500).send(),
  );
  await app.listen({ port: 0 });
  return app.server;
}

/** @param {import('node:http').Server} server */
async function statusesOf(server) {
  if (!server.listening) await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const answers = [];
  for (const path of ['limited', 'limited', 'broken', 'broken']) {
    const answer = await fetch(`http://localhost:${port}/${path}`);
    await answer.text();
    answers.push(answer.status);
  }
  server.close();
  server.closeAllConnections();
  return answers;
}

function core() {
  const limiter = new RateLimiter({ limits: perMinute(1) });
  const guarded = new CircuitBreaker(breaker);
  guarded.recordFailure();
  return [limiter.check('key').allowed, limiter.check('key').allowed, guarded.state];
}

module.exports = { statuses };
