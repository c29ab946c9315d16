import { perHour, perMinute, perSecond, rateLimit } from '@breaking/express';
import express from 'express';

/**
 * A small API with rate limits.
 * @param {{ clock?: import('@breaking/core').Clock }} [options] another clock, for tests
 */
export function createApp({ clock } = {}) {
  const app = express();

  // For each client: five requests at once, then one a second; and 100 at once, then 100 an hour.
  app.use(
    rateLimit({ name: 'api', limits: { burst: perSecond(1, { burst: 5 }), hourly: perHour(100) }, clock }),
  );

  app.get('/', (_req, res) => {
    res.json({ hello: 'from Express' });
  });

  // A report is costly: two at once, then two a minute, on top of the limits above.
  const limitReports = rateLimit({ name: 'report', ...perMinute(2), clock });
  app.get('/report', limitReports, (_req, res) => {
    res.json({ report: 'ready' });
  });

  return app;
}
