import type { HttpContender } from '../httpContender.js';

/** Sets three constant headers, without counting. */
export const contender: HttpContender = {
  name: 'three headers',
  role: 'floor',
  packages: [],
  guardsAgainst: 'nothing',
  async express() {
    return (_req, res, next) => {
      res.setHeader('X-RateLimit-Limit', '1000000');
      res.setHeader('X-RateLimit-Remaining', '999999');
      res.setHeader('X-RateLimit-Reset', '3600');
      next();
    };
  },
  async koa() {
    return (ctx, next) => {
      ctx.set('X-RateLimit-Limit', '1000000');
      ctx.set('X-RateLimit-Remaining', '999999');
      ctx.set('X-RateLimit-Reset', '3600');
      return next();
    };
  },
  async hono() {
    return async (c, next) => {
      c.header('X-RateLimit-Limit', '1000000');
      c.header('X-RateLimit-Remaining', '999999');
      c.header('X-RateLimit-Reset', '3600');
      await next();
    };
  },
  async fastify(app) {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header('X-RateLimit-Limit', '1000000');
      reply.header('X-RateLimit-Remaining', '999999');
      reply.header('X-RateLimit-Reset', '3600');
      done();
    });
    return {};
  },
};
