import type { HttpContender } from '../httpContender.js';

export const contender: HttpContender = {
  name: 'hono-rate-limiter',
  role: 'peer',
  packages: ['hono-rate-limiter'],
  guardsAgainst: 'requests',
  async hono({ requests, windowSecs }) {
    const { rateLimiter } = await import('hono-rate-limiter');
    const { getConnInfo } = await import('@hono/node-server/conninfo');
    return rateLimiter({
      limit: requests,
      windowMs: windowSecs * 1000,
      keyGenerator: c => getConnInfo(c).remote.address ?? '',
    });
  },
};
