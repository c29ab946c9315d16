import { BARE, type HttpContender } from '../httpContender.js';

/** Only the framework and the handler. */
export const contender: HttpContender = {
  name: BARE,
  role: 'floor',
  packages: ['express', 'koa', 'fastify', 'hono', '@hono/node-server'],
  guardsAgainst: 'nothing',
};
