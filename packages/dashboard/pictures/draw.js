// Draws the pictures of the README: the page in a browser, 1440 and 360 px wide, light and dark.
//
//     npm run build && node packages/dashboard/pictures/draw.js
//
// The traffic takes ten minutes of a mocked clock, and its random numbers come from a seed.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  MockClock,
  perHour,
  perMinute,
  perSecond,
  RateLimiter,
} from '@breaking/core';
import { dashboard } from '@breaking/dashboard/express';
import { headlessBrowser } from '@breaking/testkit/browser';
import express from 'express';

const clock = new MockClock();
const api = new RateLimiter({
  name: 'api',
  limits: { burst: perSecond(10), hourly: perHour(20_000) },
  clock,
});
const login = new RateLimiter({ name: 'login', limits: perMinute(5), enforce: false, clock });
const reports = new RateLimiter({ name: 'reports', limits: perMinute(2), clock });
const pay = new CircuitBreaker({ name: 'pay', errorThreshold: 5, timeWindowSecs: 60, clock });
const shops = new CircuitBreakerGroup({ name: 'shops', errorThreshold: 3, timeWindowSecs: 60, clock });
const database = new ConcurrencyLimiter({ name: 'database', limit: 20, clock });

const app = express();
const watch = [api, login, reports, pay, shops, database];
const page = dashboard({ title: 'Shop', watch, authorize: () => true, record: true, actions: true, clock });
app.use('/ops', page);
pass(600);
for (let i = 0; i < 13; i++) database.tryAcquire();

const server = createServer(app);
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const browser = await headlessBrowser();
for (const width of [1440, 360]) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await tab.clock.setFixedTime(new Date('2026-11-24T10:00:00'));
    await tab.goto(`http://127.0.0.1:${port}/ops/`);
    await tab.waitForSelector('.uplot');
    const path = fileURLToPath(new URL(`${colorScheme}-${width}.png`, import.meta.url));
    await tab.screenshot({ path, fullPage: true });
    await tab.close();
  }
}
await browser.close();
page.close();
server.close();

/**
 * Traffic with a scraper that is sometimes refused, somebody who guesses a password, and a payment service that fails twice.
 * @param {number} secs
 */
function pass(secs) {
  const random = randomFrom(7);
  for (let tenth = 0; tenth < secs * 10; tenth++) {
    clock.advanceBy(0.1);
    const now = tenth / 10;
    const isScraped = now % 200 > 120 || now > 520;
    for (let i = 0; i < 2 + 2 * random(); i++) api.check(`ip:203.0.113.${Math.floor(random() * 50)}`);
    for (let i = 0; isScraped && i < 3 * random(); i++) api.check('ip:198.51.100.7');
    if (random() < 0.02 && now > 300) login.check('ada@example.com');
    if (random() < 0.01) login.check(`${Math.floor(random() * 9)}@example.com`);
    const isDown = (now > 150 && now < 260) || now > 570;
    call(pay, isDown || random() < 0.01);
    call(shops.get(`shop-${Math.floor(random() * 3)}`), now > 400 && now < 440);
  }
}

/**
 * @param {CircuitBreaker} breaker
 * @param {boolean} fails
 */
function call(breaker, fails) {
  const permit = breaker.tryAcquire();
  if (fails) permit?.failure();
  else permit?.success();
}

/**
 * Random numbers from 0 to 1, by a Lehmer generator (Park and Miller, 1988).
 * @param {number} seed
 */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
