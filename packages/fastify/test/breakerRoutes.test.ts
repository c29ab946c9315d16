import { MockClock } from '@breaking/core';
import { breakerOutcomes } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { appWith, broken, ok, statusesOf } from './pluggedApp.js';
import { touchy } from './touchy.js';

/** The names of the breakers that have settled or refused a request, in that order. */
const names = () => {
  const told = breakerOutcomes();
  return () => told().map(each => each.replace(/ \w+$/, ''));
};

describe("the plugin's breaker", () => {
  test("is separate for each route: a route that fails opens no other route's breaker", async () => {
    const app = await appWith({ circuitBreaker: touchy() });
    app.get('/broken', broken).get('/other', ok).post('/broken', ok);
    expect(await statusesOf(app, '/broken', '/broken', '/other')).toEqual([500, 503, 200]);
    expect(await statusesOf(app, 'POST /broken')).toEqual([200]);
  });

  test('is named after the method and URL of the route', async () => {
    const called = names();
    const app = await appWith({ circuitBreaker: touchy() });
    app.get('/users/:id', ok).route({ method: ['GET', 'POST'], url: '/x', handler: ok });
    await statusesOf(app, '/users/5', 'POST /x', '/x');
    expect(called()).toEqual(['GET /users/:id', 'GET,POST /x', 'GET,POST /x']);
  });

  test("takes the plugin's name, and is still separate for each route", async () => {
    const called = names();
    const app = await appWith({ circuitBreaker: touchy({ name: 'mine' }) });
    app.get('/broken', broken).get('/other', ok);
    expect(await statusesOf(app, '/broken', '/other')).toEqual([500, 200]);
    expect(called()).toEqual(['mine', 'mine']);
  });

  test('does not exist without options', async () => {
    const called = names();
    const app = await appWith();
    app.get('/broken', broken);
    expect(await statusesOf(app, '/broken', '/broken', '/broken')).toEqual([500, 500, 500]);
    expect(called()).toEqual([]);
  });

  test('closes again on all routes, which use its clock', async () => {
    const clock = new MockClock(1000);
    const app = await appWith({ circuitBreaker: touchy({ clock }) });
    app.get('/a', broken).get('/b', broken);
    expect(await statusesOf(app, '/a', '/b', '/a', '/b')).toEqual([500, 500, 503, 503]);
    clock.advanceBy(10);
    expect(await statusesOf(app, '/a', '/b', '/a', '/b')).toEqual([500, 500, 503, 503]);
  });
});

describe('config.circuitBreaker', () => {
  test("replaces the plugin's breaker, with the route's own options", async () => {
    const called = names();
    const app = await appWith({ circuitBreaker: touchy({ name: 'plugin' }) });
    app.get('/own', { config: { circuitBreaker: touchy({ errorThreshold: 3 }) } }, broken);
    app.get('/other', broken);
    expect(await statusesOf(app, '/own', '/own', '/own', '/own')).toEqual([500, 500, 500, 503]);
    expect(await statusesOf(app, '/other', '/other')).toEqual([500, 503]);
    expect(called()).toEqual([...Array(4).fill('GET /own'), 'plugin', 'plugin']);
  });

  test("uses the plugin's clock unless it has its own", async () => {
    const [clock, own] = [new MockClock(1000), new MockClock(1000)];
    const { clock: _, ...timeless } = touchy();
    const app = await appWith({ circuitBreaker: touchy({ clock }) });
    app.get('/inherited', { config: { circuitBreaker: timeless } }, broken);
    app.get('/undefined', { config: { circuitBreaker: { ...timeless, clock: undefined } } }, broken);
    app.get('/own', { config: { circuitBreaker: { ...timeless, clock: own } } }, broken);
    const urls = ['/inherited', '/undefined', '/own'];
    expect(await statusesOf(app, ...urls, ...urls)).toEqual([500, 500, 500, 503, 503, 503]);
    clock.advanceBy(10);
    expect(await statusesOf(app, ...urls)).toEqual([500, 500, 503]);
    own.advanceBy(10);
    expect(await statusesOf(app, ...urls)).toEqual([503, 503, 500]);
  });

  test('inherits nothing else from the plugin', async () => {
    const called = names();
    const asked: string[] = [];
    const all: Parameters<typeof touchy>[0] = {
      name: 'plugin',
      enforce: false,
      rejectWith: 'error',
      keyOf: () => void asked.push('keyOf'),
      isFailure: () => asked.push('isFailure') > Infinity,
      problem: () => `${asked.push('problem')}`,
      onTransition: () => void asked.push('onTransition'),
    };
    const app = await appWith({ circuitBreaker: touchy(all) });
    app.get('/', { config: { circuitBreaker: { errorThreshold: 1, timeWindowSecs: 10 } } }, broken);
    expect((await app.inject('/')).statusCode).toBe(500);
    const { statusCode, headers, body } = await app.inject('/');
    expect([statusCode, headers['retry-after'], JSON.parse(body).title]).toEqual([
      503,
      '10',
      'Service Unavailable',
    ]);
    expect([asked, called()]).toEqual([[], ['GET /', 'GET /']]);
  });

  test("set to false removes the plugin's breaker", async () => {
    const called = names();
    const app = await appWith({ circuitBreaker: touchy() });
    app.get('/', { config: { circuitBreaker: false } }, broken);
    expect(await statusesOf(app, '/', '/', '/')).toEqual([500, 500, 500]);
    expect(called()).toEqual([]);
  });

  test("set to undefined is the plugin's breaker", async () => {
    const app = await appWith({ circuitBreaker: touchy() });
    app.get('/', { config: { circuitBreaker: undefined } }, broken);
    expect(await statusesOf(app, '/', '/')).toEqual([500, 503]);
  });

  test('works when the plugin has no breaker', async () => {
    const app = await appWith();
    app.get('/', { config: { circuitBreaker: touchy() } }, broken);
    app.get('/other', broken);
    expect(await statusesOf(app, '/', '/', '/other', '/other')).toEqual([500, 503, 500, 500]);
  });

  test('does not affect the limit, and the limit does not affect it', async () => {
    const app = await appWith({
      rateLimit: { capacityMax: 2, restoreRateHz: 1, clock: new MockClock() },
      circuitBreaker: touchy(),
    });
    app.get('/unlimited', { config: { rateLimit: false } }, broken);
    app.get('/unbroken', { config: { circuitBreaker: false } }, broken);
    expect(await statusesOf(app, '/unlimited', '/unlimited')).toEqual([500, 503]);
    expect(await statusesOf(app, '/unbroken', '/unbroken', '/unbroken')).toEqual([500, 500, 429]);
  });

  test('runs after the limit and does not see what it refuses', async () => {
    const told = breakerOutcomes();
    const rateLimit = { capacityMax: 1, restoreRateHz: 1, clock: new MockClock() };
    const app = await appWith({ rateLimit, circuitBreaker: touchy() });
    app.get('/', ok);
    expect(await statusesOf(app, '/', '/')).toEqual([200, 429]);
    expect(told()).toEqual(['GET / success']);
  });

  test('given to two routes as one object is a separate breaker for each', async () => {
    const app = await appWith();
    const shared = { config: { circuitBreaker: touchy() } };
    app.get('/a', shared, broken).get('/b', shared, ok).post('/a', shared, ok);
    expect(await statusesOf(app, '/a', '/a', '/b', 'POST /a')).toEqual([500, 503, 200, 200]);
  });

  test('with one name on two routes is a separate breaker for each, since names are for messages', async () => {
    const called = names();
    const app = await appWith();
    app.get('/a', { config: { circuitBreaker: touchy({ name: 'pay' }) } }, broken);
    app.get('/b', { config: { circuitBreaker: touchy({ name: 'pay' }) } }, ok);
    expect(await statusesOf(app, '/a', '/b')).toEqual([500, 200]);
    expect(called()).toEqual(['pay', 'pay']);
  });

  test('has one breaker for each key of its route', async () => {
    const app = await appWith();
    const circuitBreaker = touchy({ keyOf: ({ query }) => (query as { tenant?: string }).tenant });
    app.get('/a', { config: { circuitBreaker } }, broken);
    app.get('/b', { config: { circuitBreaker } }, broken);
    const urls = ['/a?tenant=1', '/a?tenant=2', '/a', '/b?tenant=1'];
    expect(await statusesOf(app, ...urls, ...urls)).toEqual([500, 500, 500, 500, 503, 503, 503, 503]);
  });
});

describe('HEAD', () => {
  test.each(["the plugin's", "the route's own"])("shares GET's breaker when it is %s", async whose => {
    const circuitBreaker = touchy();
    const own = whose === "the route's own";
    const app = await appWith(own ? {} : { circuitBreaker });
    app.get('/x', { config: own ? { circuitBreaker } : {} }, broken);
    expect(await statusesOf(app, 'HEAD /x', '/x', 'HEAD /x')).toEqual([500, 503, 503]);
  });

  test("shares GET's breaker on a route of several methods, and on a separate HEAD route", async () => {
    const app = await appWith({ circuitBreaker: touchy() });
    app.route({ method: ['POST', 'GET'], url: '/x', handler: broken });
    app.head('/y', broken).get('/y', broken);
    expect(await statusesOf(app, 'HEAD /x', 'POST /x', '/x')).toEqual([500, 503, 503]);
    expect(await statusesOf(app, '/y', 'HEAD /y')).toEqual([500, 503]);
  });
});
