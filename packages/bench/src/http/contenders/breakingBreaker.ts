import type { HttpContender } from '../httpContender.js';

const OPTIONS = { errorThreshold: 5, timeWindowSecs: 60, cooldownSecs: 60 };

export const contender: HttpContender = {
  name: 'breaking circuit breaker',
  role: 'ours',
  packages: ['@breaking/express', '@breaking/koa', '@breaking/fastify'],
  guardsAgainst: 'failures',
  async express() {
    const { circuitBreaker } = await import('@breaking/express');
    return circuitBreaker(OPTIONS);
  },
  async koa() {
    const { circuitBreaker } = await import('@breaking/koa');
    return circuitBreaker(OPTIONS);
  },
  async fastify(app) {
    const { breaking } = await import('@breaking/fastify');
    await app.register(breaking, { circuitBreaker: OPTIONS });
    return {};
  },
};
