import type { HttpContender } from '../httpContender.js';

export const contender: HttpContender = {
  name: 'koa-ratelimit',
  role: 'peer',
  packages: ['koa-ratelimit'],
  guardsAgainst: 'requests',
  async koa({ requests, windowSecs }) {
    const { default: rateLimit } = await import('koa-ratelimit');
    return rateLimit({ driver: 'memory', db: new Map(), max: requests, duration: windowSecs * 1000 });
  },
};
