import { createHash, timingSafeEqual } from 'node:crypto';
import { perMinute, rateLimit } from '@breaking/koa';
import Koa from 'koa';

const customers = new Map([['key-of-ada', 'ada']]);
const api = rateLimit({ name: 'api', ...perMinute(5), keyOf: ctx => customers.get(ctx.get('x-api-key')) });
const limits = new Map([['api', api]]);

const { ADMIN_TOKEN } = process.env;
if (!ADMIN_TOKEN) throw new Error('ADMIN_TOKEN must be set');
const digest = (/** @type {string} */ text) => createHash('sha256').update(text).digest();
const expected = digest(`Bearer ${ADMIN_TOKEN}`);
const limitGuesses = rateLimit({ name: 'admin', ...perMinute(30) });

/** @type {Koa.Middleware} */
const admin = async ctx => {
  // Digests have one length, and take the same time to compare wherever they differ.
  if (!timingSafeEqual(digest(ctx.get('authorization')), expected)) {
    ctx.status = 401;
    ctx.set('WWW-Authenticate', 'Bearer');
    return;
  }
  const [, limit = '', key = ''] = /^\/admin\/limits\/([^/]+)\/([^/]+)$/.exec(ctx.path) ?? [];
  const limiter = limits.get(limit)?.limiter;
  if (limiter === undefined) return;
  if (ctx.method === 'GET') ctx.body = await limiter.peek(decodeURIComponent(key));
  if (ctx.method === 'DELETE') {
    await limiter.reset(decodeURIComponent(key));
    ctx.status = 204;
  }
};

const app = new Koa();
app.use((ctx, next) => {
  return ctx.path.startsWith('/admin/') ? limitGuesses(ctx, () => admin(ctx, next)) : next();
});
app.use(api);
app.use(ctx => {
  ctx.body = [];
});
app.listen(3000);
