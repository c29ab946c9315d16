import type { Counted } from 'koa-ratelimit/limiter/memory.js';
import type { KeyedContender } from '../keyedContender.js';

/** Its limiter in memory, made again for every request as its middleware does. */
export const contender: KeyedContender<Counted> = {
  name: 'koa-ratelimit',
  role: 'peer',
  packages: ['koa-ratelimit'],
  async open({ requests, windowSecs }) {
    const { default: Limiter } = await import('koa-ratelimit/limiter/memory.js');
    const db = new Map<string, Counted>();
    const duration = windowSecs * 1000;
    return {
      decide: id => new Limiter({ id, db, max: requests, duration }).get(),
      isAllowed: ({ remaining }) => remaining > 0,
    };
  },
};
