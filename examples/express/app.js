import { dashboard } from '@breaking/dashboard/express';
import { addressKey, circuitBreaker, perHour, perMinute, perSecond, rateLimit } from '@breaking/express';
import express from 'express';

const LOCAL = ['127.0.0.1', '::1/128'];

/**
 * A small API with rate limits and a circuit breaker.
 * @param {{ clock?: import('@breaking/core').Clock }} [options] another clock, for tests
 */
export function createApp({ clock } = {}) {
  const app = express();

  // For each client: five requests at once, then one a second; and 100 at once, then 100 an hour.
  const limitAll = rateLimit({
    name: 'express-api',
    limits: { burst: perSecond(1, { burst: 5 }), hourly: perHour(100) },
    clock,
  });
  // Reports are costly: two at once, then two a minute, in addition to the limits above.
  const limitReports = rateLimit({ name: 'express-report', limits: { report: perMinute(2) }, clock });
  // After three failures, the flaky route is not called for 20 seconds.
  const breaker = circuitBreaker({ name: 'express-flaky', errorThreshold: 3, timeWindowSecs: 60, clock });

  // A live page, only for this machine. It is before the limit, which is for clients.
  const watch = [limitAll, limitReports, breaker];
  app.use(
    '/breaking',
    dashboard({ title: 'Express', watch, authorize: req => LOCAL.includes(addressKey(req.ip, 128) ?? '') }),
  );
  app.use(limitAll);

  app.get('/', (_req, res) => {
    res.json({ hello: 'from Express' });
  });

  app.get('/report', limitReports, (_req, res) => {
    res.json({ report: 'ready' });
  });

  app.get('/flaky', breaker, (_req, res) => {
    res.status(500).json({ error: 'broken' });
  });

  return app;
}
