import type { HttpContender } from '../httpContender.js';

/** Calls the next handler at once. */
export const contender: HttpContender = {
  name: 'no-op',
  role: 'floor',
  packages: [],
  guardsAgainst: 'nothing',
  async express() {
    return (_req, _res, next) => next();
  },
  async koa() {
    return (_ctx, next) => next();
  },
  async hono() {
    return (_c, next) => next();
  },
  async fastify(app) {
    app.addHook('onRequest', (_request, _reply, done) => done());
    return {};
  },
};
