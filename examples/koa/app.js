import { dashboard } from '@breaking/dashboard/koa';
import { addressKey, circuitBreaker, perHour, perMinute, perSecond, rateLimit } from '@breaking/koa';
import Koa from 'koa';

const LOCAL = ['127.0.0.1', '::1/128'];

/**
 * A small API with rate limits and a circuit breaker.
 * @param {{ clock?: import('@breaking/core').Clock }} [options] another clock, for tests
 */
export function createApp({ clock } = {}) {
  const app = new Koa();

  // For each client: five requests at once, then one a second; and 100 at once, then 100 an hour.
  const limitAll = rateLimit({
    name: 'koa-api',
    limits: { burst: perSecond(1, { burst: 5 }), hourly: perHour(100) },
    clock,
  });
  // Reports are costly: two at once, then two a minute, in addition to the limits above.
  const limitReports = rateLimit({ name: 'koa-report', limits: { report: perMinute(2) }, clock });
  // After three failures, the flaky route is not called for 20 seconds.
  const breaker = circuitBreaker({ name: 'koa-flaky', errorThreshold: 3, timeWindowSecs: 60, clock });

  // A live page, only for this machine. It is before the limit, which is for clients.
  const watch = [limitAll, limitReports, breaker];
  app.use(
    dashboard({
      title: 'Koa',
      path: '/breaking',
      watch,
      authorize: ctx => LOCAL.includes(addressKey(ctx.ip, 128) ?? ''),
    }),
  );
  app.use(limitAll);

  app.use((ctx, next) => (ctx.path === '/report' ? limitReports(ctx, next) : next()));

  app.use((ctx, next) => (ctx.path === '/flaky' ? breaker(ctx, next) : next()));

  app.use(ctx => {
    if (ctx.path === '/') ctx.body = { hello: 'from Koa' };
    if (ctx.path === '/report') ctx.body = { report: 'ready' };
    if (ctx.path === '/flaky') {
      ctx.status = 500;
      ctx.body = { error: 'broken' };
    }
  });

  return app;
}
