import { BARE, type HttpContender } from '../httpContender.js';

/** The framework and the handler alone. */
export const contender: HttpContender = {
  name: BARE,
  role: 'floor',
  packages: ['express', 'koa', 'fastify', 'hono', '@hono/node-server'],
  guardsAgainst: 'nothing',
};
