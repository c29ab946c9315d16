import { dashboard } from '@breaking/dashboard/fastify';
import breaking, { addressKey, perHour, perMinute, perSecond } from '@breaking/fastify';
import Fastify from 'fastify';

const LOCAL = ['127.0.0.1', '::1/128'];

/**
 * A small API with rate limits and a circuit breaker.
 * @param {{ clock?: import('@breaking/core').Clock }} [options] another clock, for tests
 */
export async function createApp({ clock } = {}) {
  const app = Fastify();

  // For each client: five requests at once, then one a second; and 100 at once, then 100 an hour.
  await app.register(breaking, {
    rateLimit: {
      name: 'fastify-api',
      limits: { burst: perSecond(1, { burst: 5 }), hourly: perHour(100) },
      clock,
    },
  });

  app.get('/', async () => ({ hello: 'from Fastify' }));

  // Reports are costly: two at once, then two a minute, in addition to the limits above.
  const limitReports = app.rateLimit({ name: 'fastify-report', limits: { report: perMinute(2) }, clock });
  app.get('/report', { onRequest: limitReports }, async () => ({ report: 'ready' }));

  // A live page of all of them, including those of routes, only for this machine.
  const watch = [app.breaking, limitReports];
  const page = dashboard({
    title: 'Fastify',
    watch,
    authorize: request => LOCAL.includes(addressKey(request.ip, 128) ?? ''),
  });
  await app.register(page, { prefix: '/breaking' });

  // After three failures, the flaky route is not called for 20 seconds.
  const circuitBreaker = { name: 'fastify-flaky', errorThreshold: 3, timeWindowSecs: 60, clock };
  app.get('/flaky', { config: { circuitBreaker } }, async (_request, reply) => {
    return reply.code(500).send({ error: 'broken' });
  });

  return app;
}
