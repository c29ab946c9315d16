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
  // A report is costly: two at once, then two a minute, on top of the limits above.
  const limitReports = rateLimit({ name: 'express-report', limits: { report: perMinute(2) }, clock });
  // What always fails is asked three times, and then left alone for 20 seconds.
  const breaker = circuitBreaker({ name: 'express-flaky', errorThreshold: 3, timeWindowSecs: 60, clock });

  // Shows them live to this machine alone. It stands before the limit, which is for clients.
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
