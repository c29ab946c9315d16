import { circuitBreaker } from '@breaking/koa';
import Koa from 'koa';

const pay = circuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60 });
const shops = circuitBreaker({
  name: 'shops',
  errorThreshold: 2,
  timeWindowSecs: 60,
  keyOf: ctx => ctx.path.split('/')[2],
});
const watched = [pay, shops];

const app = new Koa();

app.use(async (ctx, next) => {
  if (ctx.path !== '/health') return next();
  const open = [];
  for (const { breakers } of watched) {
    for (const [key, breaker] of breakers.entries()) {
      if (breaker.state === 'closed') continue;
      const retryAfterSecs = Number.isFinite(breaker.retryAfterSecs)
        ? Math.ceil(breaker.retryAfterSecs)
        : null;
      open.push({ name: breakers.name, key, state: breaker.state, retryAfterSecs });
    }
  }
  ctx.body = { status: open.length === 0 ? 'ok' : 'degraded', open };
});

app.use((ctx, next) => (ctx.path === '/pay' ? pay(ctx, next) : next()));
app.use((ctx, next) => (ctx.path.startsWith('/shops/') ? shops(ctx, next) : next()));
app.use(ctx => {
  ctx.status = ctx.path === '/shops/down' ? 502 : 200;
});
app.listen(3000);
