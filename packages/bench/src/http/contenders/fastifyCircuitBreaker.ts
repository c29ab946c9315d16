import type { HttpContender } from '../httpContender.js';

export const contender: HttpContender = {
  name: '@fastify/circuit-breaker',
  role: 'peer',
  packages: ['@fastify/circuit-breaker'],
  guardsAgainst: 'failures',
  async fastify(app) {
    const { default: circuitBreaker } = await import('@fastify/circuit-breaker');
    await app.register(circuitBreaker, { threshold: 5, resetTimeout: 60_000 });
    return { preHandler: app.circuitBreaker() };
  },
};
