import type { HttpContender } from '../httpContender.js';

export const contender: HttpContender = {
  name: '@fastify/rate-limit',
  role: 'peer',
  packages: ['@fastify/rate-limit'],
  guardsAgainst: 'requests',
  async fastify(app, { requests, windowSecs }) {
    const { default: rateLimit } = await import('@fastify/rate-limit');
    await app.register(rateLimit, { max: requests, timeWindow: windowSecs * 1000 });
    return {};
  },
};
