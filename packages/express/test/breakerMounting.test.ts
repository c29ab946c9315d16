import { createServer } from 'node:http';
import { MockClock } from '@breaking/core';
import { type CircuitBreakerOptions, circuitBreaker, perMinute, rateLimit } from '@breaking/express';
import { breakerOutcomes, listen } from '@breaking/testkit';
import express, { type Express, type Request, type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, expectTypeOf, test } from 'vitest';

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s a circuit breaker', (_version, createApp) => {
  const breaker = (name: string, own: Partial<CircuitBreakerOptions<Request>> = {}) =>
    circuitBreaker({ name, errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock(), ...own });

  /** Fails if the path says so. */
  const handler: RequestHandler = (req, res) =>
    void res.status(req.originalUrl.endsWith('/broken') ? 500 : 200).send('');

  const asking = async (app: Express) => {
    const served = await listen(createServer(app));
    return (...requests: readonly string[]) => served.statuses(...requests);
  };

  test('of an app covers everything after it, the 404 included, and nothing before it', async () => {
    const app = createApp();
    app.get('/before', handler);
    app.use(breaker('app'));
    app.use('/routed', handler);
    const statuses = await asking(app);
    expect(await statuses('/nothing', '/routed/broken')).toEqual([404, 500]);
    expect(await statuses('/routed', '/nothing', '/before')).toEqual([503, 503, 200]);
  });

  test('of a path covers that path alone', async () => {
    const app = createApp();
    app.use('/api', breaker('api'));
    app.use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/api/broken')).toEqual([500, 500]);
    expect(await statuses('/api', '/other')).toEqual([503, 200]);
  });

  test('of a router covers its routes, and is the same breaker wherever the router is mounted', async () => {
    const router = createApp.Router();
    router.use(breaker('router'), handler);
    const app = createApp();
    app.use('/one', router);
    app.use('/two', router);
    app.use(handler);
    const statuses = await asking(app);
    expect(await statuses('/one/broken', '/one', '/two', '/three')).toEqual([500, 503, 503, 200]);
  });

  test('of a route covers its handler, for its method alone, and HEAD with GET', async () => {
    const app = createApp();
    app.get('/broken', breaker('get'), handler);
    app.post('/broken', handler);
    app.get('/other', handler);
    const statuses = await asking(app);
    expect(await statuses('HEAD /broken', '/broken')).toEqual([500, 503]);
    expect(await statuses('POST /broken', '/other')).toEqual([500, 200]);
  });

  test('is created by each call of circuitBreaker, even with the same name and options', async () => {
    const app = createApp();
    const options = { name: 'one', errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock() };
    app.get('/a/broken', circuitBreaker(options), handler);
    app.get('/b', circuitBreaker(options), handler);
    const statuses = await asking(app);
    expect(await statuses('/a/broken', '/a/broken', '/b')).toEqual([500, 503, 200]);
  });

  test('of two routes is shared by both', async () => {
    const app = createApp();
    const shared = breaker('shared');
    app.get('/a/broken', shared, handler);
    app.get('/b', shared, handler);
    const statuses = await asking(app);
    expect(await statuses('/a/broken', '/b')).toEqual([500, 503]);
  });

  test('that is on the app, a router and a route counts a request once', async () => {
    const told = breakerOutcomes();
    const shared = breaker('shared', { errorThreshold: 2 });
    const router = createApp.Router();
    router.use(shared);
    router.get('/broken', shared, handler);
    const app = createApp();
    app.use(shared, router);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/broken', '/broken')).toEqual([500, 500, 503]);
    expect(told()).toEqual(['shared failure', 'shared failure', 'shared refused']);
  });

  test("of an app, a router and a route each count a failure, and do not count each other's refusals", async () => {
    const told = breakerOutcomes();
    const router = createApp.Router();
    router.use(breaker('router', { errorThreshold: 2 }));
    router.get('/broken', breaker('route'), handler);
    const app = createApp();
    app.use(breaker('app', { errorThreshold: 2 }), router);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/broken', '/broken')).toEqual([500, 503, 503]);
    const refused = ['route refused', 'app ignored', 'router ignored'];
    expect(told()).toEqual(['app failure', 'router failure', 'route failure', ...refused, ...refused]);
  });

  test('behind a limit does not see the requests that the limit refuses', async () => {
    const told = breakerOutcomes();
    const app = createApp();
    app.use(rateLimit({ ...perMinute(1), clock: new MockClock() }), breaker('app'), handler);
    const statuses = await asking(app);
    expect(await statuses('/', '/')).toEqual([200, 429]);
    expect(told()).toEqual(['app success']);
  });

  test('judges a route that passes a request on by the final response', async () => {
    const told = breakerOutcomes();
    const app = createApp();
    app.get('/broken', breaker('route'), (_req, _res, next) => next('route'));
    app.use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/broken')).toEqual([500, 503]);
    expect(told()).toEqual(['route failure', 'route refused']);
  });

  test('gives isFailure the status and no error, since Express reports none', async () => {
    const seen: unknown[] = [];
    const app = createApp();
    app.set('env', 'test');
    app.use(breaker('app', { isFailure: outcome => seen.push(outcome) > Infinity }));
    app.use(() => {
      throw new Error('boom');
    });
    const statuses = await asking(app);
    expect(await statuses('/')).toEqual([500]);
    expect(seen).toEqual([{ status: 500, aborted: false, durationSecs: 0 }]);
  });
});

test('the middleware has the name of its function', () => {
  expect(circuitBreaker({ errorThreshold: 1, timeWindowSecs: 1 }).name).toBe('circuitBreaker');
});

test('a wrong option throws at once', () => {
  expect(() => circuitBreaker(undefined as never)).toThrow(
    new TypeError('circuitBreaker: options must be an object, got undefined'),
  );
  expect(() => circuitBreaker({ errorThreshold: 1, timeWindowSecs: -5 })).toThrow(
    new RangeError('circuitBreaker: timeWindowSecs must be > 0, got -5'),
  );
});

test("callbacks get Express's own request", () => {
  expectTypeOf(
    circuitBreaker({ errorThreshold: 1, timeWindowSecs: 1, keyOf: req => req.get('x-upstream') }),
  ).toExtend<RequestHandler>();
  // @ts-expect-error: an option is missing
  expectTypeOf(circuitBreaker).toBeCallableWith({ errorThreshold: 1 });
});
