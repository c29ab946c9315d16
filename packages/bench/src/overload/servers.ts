import type { RequestListener } from 'node:http';

import type { OverloadContender } from './overloadContender.js';
import type { Service } from './services.js';

type Framework = (
  contender: OverloadContender,
  service: Service,
  hasPriorities: boolean,
) => Promise<RequestListener>;

/** An application with one handler, which uses the service. */
export const SERVERS: Readonly<Record<'express' | 'koa' | 'fastify', Framework>> = {
  async express(contender, service, hasPriorities) {
    const { default: newApp } = await import('express');
    const app = newApp();
    const middleware = await contender.express?.(hasPriorities);
    if (middleware !== undefined) app.use(middleware);
    app.get('/', async (_req, res) => {
      await service.serve();
      res.send('done');
    });
    return app;
  },

  async koa(contender, service, hasPriorities) {
    const { default: Koa } = await import('koa');
    const app = new Koa();
    const middleware = await contender.koa?.(hasPriorities);
    if (middleware !== undefined) app.use(middleware);
    app.use(async ctx => {
      await service.serve();
      ctx.body = 'done';
    });
    return app.callback();
  },

  async fastify(contender, service, hasPriorities) {
    const { default: newApp } = await import('fastify');
    const app = newApp();
    await contender.fastify?.(app, hasPriorities);
    app.get('/', async () => {
      await service.serve();
      return 'done';
    });
    await app.ready();
    return app.routing;
  },
};
