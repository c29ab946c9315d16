/** Serves the page with limits and breakers that change, for work on the page: only to this machine, and without a login. */
import {
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  perMinute,
  perSecond,
  RateLimiter,
} from '@breaking/core';
import { dashboard } from '@breaking/dashboard/express';
import express from 'express';

const PORT = Number(process.env.PORT ?? 3000);

const api = new RateLimiter({ name: 'api', limits: { burst: perSecond(20), hour: perMinute(600) } });
const login = new RateLimiter({ name: 'login', limits: perMinute(5), enforce: false });
const search = new RateLimiter({ name: 'search', limits: perMinute(5) });
const pay = new CircuitBreaker({ name: 'pay', errorThreshold: 3, timeWindowSecs: 60 });
const shops = new CircuitBreakerGroup({ name: 'shops', errorThreshold: 2, timeWindowSecs: 60 });
const database = new ConcurrencyLimiter({ name: 'database', limit: 8 });

setInterval(() => {
  for (let i = 0; i < 6; i++) api.check(`ip:192.0.2.${Math.floor(Math.random() * 3)}`);
  if (Math.random() < 0.1) login.check('ada@example.com');
  const breaker = Math.random() < 0.5 ? pay : shops.get(`shop-${Math.floor(Math.random() * 5)}`);
  const permit = breaker.tryAcquire();
  if (Math.random() < 0.1) permit?.failure();
  else permit?.success();
  const place = database.tryAcquire();
  setTimeout(() => place?.success(), Math.random() * 1000);
}, 100);

const app = express();
const watch = [api, login, search, pay, shops, database];
app.use('/', dashboard({ title: 'Preview', watch, authorize: () => true, actions: true }));
app.listen(PORT, '127.0.0.1', () => console.log(`Open http://127.0.0.1:${PORT}/`));
