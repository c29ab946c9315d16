import type { OverloadContender } from '../overloadContender.js';

/** With the thresholds in its README, except those for memory. */
export const contender: OverloadContender = {
  name: '@fastify/under-pressure',
  role: 'peer',
  packages: ['@fastify/under-pressure'],
  async fastify(app) {
    const { default: underPressure } = await import('@fastify/under-pressure');
    await app.register(underPressure, { maxEventLoopDelay: 1000, maxEventLoopUtilization: 0.98 });
  },
};
