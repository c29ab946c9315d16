import { createServer } from 'node:http';
import { perHour, perSecond } from '@breaking/core';
import * as onExpress from '@breaking/express';
import breaking from '@breaking/fastify';
import * as onKoa from '@breaking/koa';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';

/** @typedef {import('@breaking/core').Clock} Clock */

export const LIMITS = { burst: perSecond(1, { burst: 5 }), hourly: perHour(20) };

/**
 * Three real servers with only the limits, each behind a proxy on this machine that states the client's address.
 * @type {Readonly<Record<string, (clock: Clock) => Promise<import('node:http').Server>>>}
 */
export const SERVERS = {
  async Express(clock) {
    const app = express();
    app.set('trust proxy', 'loopback');
    app.use(onExpress.rateLimit({ limits: LIMITS, clock }));
    app.use((_req, res) => {
      res.end();
    });
    return createServer(app);
  },

  async Koa(clock) {
    const app = new Koa({ proxy: true, maxIpsCount: 1 });
    app.use(onKoa.rateLimit({ limits: LIMITS, clock }));
    app.use(ctx => {
      ctx.status = 200;
    });
    return createServer(app.callback());
  },

  async Fastify(clock) {
    // The log has a path that is not UTF-8, which Fastify would answer with 400 before any hook, so all paths are
    // replaced.
    const app = Fastify({ trustProxy: 'loopback', rewriteUrl: () => '/' });
    await app.register(breaking, { rateLimit: { limits: LIMITS, clock } });
    app.all('/', async () => '');
    await app.ready();
    return app.server;
  },
};
