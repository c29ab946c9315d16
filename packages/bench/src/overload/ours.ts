import { type OverloadContender, PRIORITY } from './overloadContender.js';

/** Our gate on each framework. */
export function ours(name: string, limit: number | 'adaptive'): OverloadContender {
  return {
    name,
    role: 'ours',
    packages: ['@breaking/core'],
    async express(hasPriorities) {
      const { concurrencyLimit } = await import('@breaking/express');
      return concurrencyLimit({
        limit,
        ...(hasPriorities && { priorities: 2, priorityOf: req => Number(req.get(PRIORITY)) }),
      });
    },
    async koa(hasPriorities) {
      const { concurrencyLimit } = await import('@breaking/koa');
      return concurrencyLimit({
        limit,
        ...(hasPriorities && { priorities: 2, priorityOf: ctx => Number(ctx.get(PRIORITY)) }),
      });
    },
    async fastify(app, hasPriorities) {
      const { breaking } = await import('@breaking/fastify');
      await app.register(breaking, {
        concurrencyLimit: {
          limit,
          ...(hasPriorities && { priorities: 2, priorityOf: request => Number(request.headers[PRIORITY]) }),
        },
      });
    },
  };
}
