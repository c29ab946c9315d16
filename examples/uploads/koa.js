import { perMinute, rateLimit } from '@breaking/koa';
import Koa from 'koa';

const app = new Koa();
app.use(async (ctx, next) => {
  if (Number.isSafeInteger(ctx.request.length)) return next();
  ctx.status = 411;
  ctx.body = { error: 'Send Content-Length.' };
});
app.use(
  rateLimit({
    name: 'upload',
    ...perMinute(100_000, { burst: 20_000 }),
    costOf: ctx => Math.ceil(Number(ctx.request.length) / 1000),
  }),
);
app.use(async ctx => {
  let bytes = 0;
  for await (const chunk of ctx.req) bytes += chunk.length;
  ctx.status = 201;
  ctx.body = { bytes };
});
app.listen(3000);
