import { circuitBreaker, concurrencyLimit, perMinute, rateLimit } from '@breaking/express';
import { collectInto } from '@breaking/metrics/prometheus';
import express from 'express';

/**
 * A service with limits and a breaker, whose metrics are at `/metrics`.
 * @param {object} options
 * @param {import('prom-client').Registry} options.registry
 * @param {import('@breaking/core').Clock} [options.clock] another clock, for tests
 */
export function createService({ registry, clock }) {
  collectInto(registry);

  const app = express();
  app.get('/metrics', async (_req, res) => {
    res.type(registry.contentType).send(await registry.metrics());
  });

  const limits = { minute: perMinute(20), hour: perMinute(5, { burst: 300 }) };
  app.get('/', rateLimit({ name: 'api', limits, clock }), (_req, res) => void res.send('hello\n'));

  // Not enforced yet: the metrics show what it would refuse.
  const search = rateLimit({ name: 'search', ...perMinute(5), enforce: false, clock });
  app.get('/search', search, (_req, res) => void res.send('found\n'));

  const pay = circuitBreaker({ name: 'pay', errorThreshold: 3, timeWindowSecs: 60, clock });
  app.get('/pay', pay, (req, res) => {
    res.sendStatus('fail' in req.query ? 500 : 200);
  });

  const report = concurrencyLimit({ name: 'report', limit: 2, clock });
  app.get('/report', report, (_req, res) => {
    setTimeout(() => res.send('done\n'), 300);
  });
  return app;
}
