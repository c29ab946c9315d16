import { rateLimit } from '@breaking/koa';
import parse from 'co-body';
import Koa from 'koa';
import { adminCheck, operate } from './control.js';
import { ADMIN, API, client, customerOf, follow } from './service.js';

const isAdmin = adminCheck(process.env.ADMIN_TOKEN);
const api = rateLimit({ ...API, keyOf: ctx => customerOf(ctx.get('x-api-key')) });
const limiters = new Map([['api', api.limiter]]);
await follow(api.limiter);
const limitGuesses = rateLimit(ADMIN);

/** @type {Koa.Middleware} */
const admin = async ctx => {
  if (!isAdmin(ctx.get('authorization'))) {
    ctx.status = 401;
    ctx.set('WWW-Authenticate', 'Bearer');
    return;
  }
  const [, limit = '', operation = ''] = /^\/admin\/limits\/([^/]+)\/([^/]+)$/.exec(ctx.path) ?? [];
  if (ctx.method !== 'POST') return;
  const { status, body } = await operate(limiters.get(limit), operation, await parse.json(ctx.req), client);
  ctx.status = status;
  // Koa would send a string as plain text.
  ctx.type = 'json';
  ctx.body = JSON.stringify(body);
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
