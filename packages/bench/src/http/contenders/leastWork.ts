import type { HttpContender } from '../httpContender.js';

/** Placeholders for a decision and its fields. */
const DECISION: never = { allowed: true } as never;
const POLICY = '"default";q=1000000;w=3600';
const LEFT = '"default";r=999999;t=3600';

/**
 * The least that any limit has to do: it reads the client's address, sets two fields, and stores a value in place of the
 * decision. It decides nothing. It does not run on Express, where the assignment alone takes more than its noise allows to
 * measure: see the README.
 */
export const contender: HttpContender = {
  name: 'least work',
  role: 'floor',
  packages: [],
  guardsAgainst: 'nothing',
  async koa() {
    return (ctx, next) => {
      if (ctx.ip === '') throw new Error('a request without an address');
      ctx.state.rateLimit = DECISION;
      ctx.res.setHeader('RateLimit-Policy', POLICY);
      ctx.res.setHeader('RateLimit', LEFT);
      return next();
    };
  },
  async fastify(app) {
    app.decorateRequest('rateLimit', undefined);
    app.addHook('onRequest', (request, reply, done) => {
      if (request.ip === '') throw new Error('a request without an address');
      request.rateLimit = DECISION;
      reply.header('ratelimit-policy', POLICY);
      reply.header('ratelimit', LEFT);
      done();
    });
    return {};
  },
};
