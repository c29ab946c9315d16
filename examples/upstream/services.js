import { createServer } from 'node:http';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';

/**
 * The same service on each framework, on servers that do not listen yet. None of them handles errors: a refusal of the
 * breaker has a status and a Retry-After.
 * @type {readonly { name: string, serve(stock: import('./stock.js').Stock): Promise<import('node:http').Server> }[]}
 */
export const services = [
  {
    name: 'Express',
    async serve({ inStock }) {
      const app = express().set('env', 'test');
      app.get('/stock/:item', async (req, res) => {
        res.json(await inStock(req.params.item));
      });
      return createServer(app);
    },
  },
  {
    name: 'Koa',
    async serve({ inStock }) {
      const app = new Koa();
      app.silent = true;
      app.use(async ctx => {
        const item = itemIn(ctx.path);
        if (item !== undefined) ctx.body = await inStock(item);
      });
      return createServer(app.callback());
    },
  },
  {
    name: 'Fastify',
    async serve({ inStock }) {
      const app = Fastify();
      app.get('/stock/:item', async request => {
        const { item } = /** @type {{ item: string }} */ (request.params);
        return inStock(item);
      });
      await app.ready();
      return app.server;
    },
  },
];

/**
 * A minimal router.
 * @param {string} path
 * @returns {string | undefined} the item in the path
 */
function itemIn(path) {
  const [, item] = /^\/stock\/([^/]+)$/.exec(path) ?? [];
  try {
    return item && decodeURIComponent(item);
  } catch {
    return undefined;
  }
}
