import { createServer } from 'node:http';
import { MockClock } from '@breaking/core';
import { type CircuitBreakerOptions, circuitBreaker, perMinute, rateLimit } from '@breaking/koa';
import { breakerOutcomes, listen } from '@breaking/testkit';
import Koa from 'koa';
import Koa2 from 'koa2';
import { describe, expect, expectTypeOf, test } from 'vitest';

describe.each([
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
])('on %s a circuit breaker', (_version, App) => {
  const breaker = (name: string, own: Partial<CircuitBreakerOptions<Koa.Context>> = {}) =>
    circuitBreaker({ name, errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock(), ...own });

  /** Fails if the path says so. */
  const handler: Koa.Middleware = ctx => {
    ctx.status = ctx.path.endsWith('/broken') ? 500 : 200;
  };

  /** Like a router: runs the middleware for paths that begin with this one, and passes the rest on. */
  const under =
    (path: string, middleware: Koa.Middleware): Koa.Middleware =>
    (ctx, next) =>
      ctx.path.startsWith(path) ? middleware(ctx, next) : next();

  const asking = async (app: Koa) => {
    app.silent = true;
    const served = await listen(createServer(app.callback()));
    return (...requests: readonly string[]) => served.statuses(...requests);
  };

  test('of an app covers the middleware after it, the 404 included, and nothing before it', async () => {
    const app = new App();
    app.use(under('/before', handler));
    app.use(breaker('app'));
    app.use(under('/after', handler));
    const statuses = await asking(app);
    expect(await statuses('/nothing', '/after/broken')).toEqual([404, 500]);
    expect(await statuses('/after', '/nothing', '/before')).toEqual([503, 503, 200]);
  });

  test('of a router or a route covers the requests that it matches', async () => {
    const app = new App();
    app.use(under('/api', breaker('api')));
    app.use(under('/other', breaker('other')));
    app.use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/api/broken')).toEqual([500, 500]);
    expect(await statuses('/api', '/other', '/')).toEqual([503, 200, 200]);
  });

  test('is created by each call of circuitBreaker, even with the same name and options', async () => {
    const app = new App();
    const options = { name: 'one', errorThreshold: 1, timeWindowSecs: 10, clock: new MockClock() };
    app
      .use(under('/a', circuitBreaker(options)))
      .use(under('/b', circuitBreaker(options)))
      .use(handler);
    const statuses = await asking(app);
    expect(await statuses('/a/broken', '/a', '/b')).toEqual([500, 503, 200]);
  });

  test('of two routes is shared by both', async () => {
    const app = new App();
    const shared = breaker('shared');
    app.use(under('/a', shared)).use(under('/b', shared)).use(handler);
    const statuses = await asking(app);
    expect(await statuses('/a/broken', '/b')).toEqual([500, 503]);
  });

  test('that is on the app and on a route counts a request once', async () => {
    const told = breakerOutcomes();
    const app = new App();
    const shared = breaker('shared', { errorThreshold: 2 });
    app.use(shared).use(under('/', shared)).use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/broken', '/broken')).toEqual([500, 500, 503]);
    expect(told()).toEqual(['shared failure', 'shared failure', 'shared refused']);
  });

  test("of an app and a route each count a failure, and do not count each other's refusals", async () => {
    const told = breakerOutcomes();
    const app = new App();
    app
      .use(breaker('app', { errorThreshold: 2 }))
      .use(breaker('route'))
      .use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/broken', '/broken')).toEqual([500, 503, 503]);
    const refused = ['route refused', 'app ignored'];
    expect(told()).toEqual(['app failure', 'route failure', ...refused, ...refused]);
  });

  test('behind a limit does not see the requests that the limit refuses', async () => {
    const told = breakerOutcomes();
    const app = new App();
    app
      .use(rateLimit({ ...perMinute(1), clock: new MockClock() }))
      .use(breaker('app'))
      .use(handler);
    const statuses = await asking(app);
    expect(await statuses('/', '/')).toEqual([200, 429]);
    expect(told()).toEqual(['app success']);
  });

  test('judges a response after outer middleware has changed it', async () => {
    const told = breakerOutcomes();
    const app = new App();
    app.use(async (ctx, next) => {
      await next();
      ctx.status = ctx.path === '/broken' ? 200 : 502;
    });
    app.use(breaker('app', { errorThreshold: 9 })).use(handler);
    const statuses = await asking(app);
    expect(await statuses('/broken', '/')).toEqual([200, 502]);
    expect(told()).toEqual(['app success', 'app failure']);
  });

  test('lets outer middleware see and change its response', async () => {
    const app = new App();
    app.use(async (ctx, next) => {
      await next();
      if (ctx.status === 503) ctx.body = `my own page, ${ctx.response.get('Retry-After')}`;
    });
    app.use(breaker('app')).use(handler);
    const served = await listen(createServer(app.callback()));
    expect(await served.statuses('/broken')).toEqual([500]);
    expect(await served.get()).toMatchObject({ status: 503, body: 'my own page, 10' });
  });

  test('passes on the result, and the same error, of later middleware', async () => {
    const boom = new Error('boom');
    const results: unknown[] = [];
    const app = new App();
    app.use(async (_ctx, next) => {
      results.push(await (next() as Promise<unknown>).catch(error => error));
    });
    app.use(breaker('app'));
    app.use(async ctx => {
      await new Promise(setImmediate);
      if (ctx.path === '/broken') throw boom;
      return 'a result';
    });
    const statuses = await asking(app);
    await statuses('/', '/broken');
    expect(results).toEqual(['a result', boom]);
    expect(results[1]).toBe(boom);
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

test("callbacks get Koa's own context", () => {
  expectTypeOf(
    circuitBreaker({ errorThreshold: 1, timeWindowSecs: 1, keyOf: ctx => ctx.get('x-upstream') }),
  ).toExtend<Koa.Middleware>();
});
