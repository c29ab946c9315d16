import type { HttpContender, HttpLimit } from '../httpContender.js';

export const contender: HttpContender = {
  name: 'breaking',
  role: 'ours',
  packages: ['@breaking/express', '@breaking/koa', '@breaking/fastify', '@breaking/hono'],
  guardsAgainst: 'requests',
  async express(limit) {
    const { rateLimit } = await import('@breaking/express');
    return rateLimit(policyOf(limit));
  },
  async koa(limit) {
    const { rateLimit } = await import('@breaking/koa');
    return rateLimit(policyOf(limit));
  },
  async hono(limit) {
    const { rateLimit } = await import('@breaking/hono');
    const { getConnInfo } = await import('@hono/node-server/conninfo');
    return rateLimit({ ...policyOf(limit), addressOf: c => getConnInfo(c).remote.address });
  },
  async fastify(app, limit) {
    const { breaking } = await import('@breaking/fastify');
    await app.register(breaking, { rateLimit: policyOf(limit) });
    return {};
  },
};

function policyOf({ requests, windowSecs }: HttpLimit) {
  return { capacityMax: requests, restoreRateHz: requests / windowSecs };
}
