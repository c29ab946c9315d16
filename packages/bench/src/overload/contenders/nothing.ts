import type { OverloadContender } from '../overloadContender.js';

export const contender: OverloadContender = {
  name: 'nothing',
  role: 'floor',
  packages: [],
  express: async () => undefined,
  koa: async () => undefined,
  fastify: async () => {},
};
