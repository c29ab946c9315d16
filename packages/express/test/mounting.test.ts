import { createServer } from 'node:http';
import { MockClock } from '@breaking/core';
import { perMinute, rateLimit } from '@breaking/express';
import { listen } from '@breaking/testkit';
import express, { type Express } from 'express';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s a rate limit', (_version, createApp) => {
  const limit = (name: string, n = 2) => rateLimit({ name, ...perMinute(n), clock: new MockClock() });
  const serve = (app: Express) => listen(createServer(app));
  const ok: express.RequestHandler = (_req, res) => void res.send('ok');

  test('of an app covers everything after it and nothing before it', async () => {
    const app = createApp();
    app.get('/before', ok);
    app.use(limit('app'));
    app.get('/after', ok);
    const served = await serve(app);
    for (let i = 0; i < 3; i++) expect((await served.ask({ path: '/before' })).status).toBe(200);
    for (const status of [200, 200, 429]) {
      expect((await served.ask({ path: '/after' })).status).toBe(status);
    }
  });

  test('of a path covers that path alone', async () => {
    const app = createApp();
    app.use('/api', limit('api', 1));
    app.use(ok);
    const served = await serve(app);
    const statusOf = async (path: string) => (await served.ask({ path })).status;
    expect(await statusOf('/api/a')).toBe(200);
    expect(await statusOf('/api/b')).toBe(429);
    expect(await statusOf('/other')).toBe(200);
  });

  test('of a router covers its routes, wherever the router is mounted', async () => {
    const router = createApp.Router();
    router.use(limit('router', 1));
    router.get('/', ok);
    const app = createApp();
    app.use('/one', router);
    app.use('/two', router);
    app.get('/three', ok);
    const served = await serve(app);
    const statusOf = async (path: string) => (await served.ask({ path })).status;
    expect(await statusOf('/one')).toBe(200);
    expect(await statusOf('/two')).toBe(429);
    expect(await statusOf('/three')).toBe(200);
  });

  test('of a route covers its handler, for its method alone', async () => {
    const app = createApp();
    app.get('/', limit('get', 1), ok);
    app.post('/', ok);
    const served = await serve(app);
    expect((await served.get()).status).toBe(200);
    expect((await served.ask({ method: 'HEAD' })).status).toBe(429);
    expect((await served.ask({ method: 'POST' })).status).toBe(200);
  });

  test('of an app, a router and a route all count one request and show their fields together', async () => {
    const router = createApp.Router();
    router.use(limit('router', 4));
    router.get('/', limit('route', 3), (req, res) => void res.send(req.rateLimit?.limits[0]?.name));
    const app = createApp();
    app.use(limit('app', 5), router);
    const { headers, body } = await (await serve(app)).get();
    expect(headers['ratelimit-policy']).toBe('"app";q=5;w=60, "router";q=4;w=60, "route";q=3;w=60');
    expect(body).toBe('route');
  });

  test('that is on the app and on a route counts a request once', async () => {
    const shared = limit('shared', 2);
    const app = createApp();
    app.use(shared);
    app.get('/', shared, ok);
    const served = await serve(app);
    for (const status of [200, 200, 429]) expect((await served.get()).status).toBe(status);
  });

  test("of a mounted app takes the client's address from the outer app", async () => {
    const inner = createApp();
    inner.use(limit('inner', 1));
    inner.get('/', ok);
    const app = createApp();
    app.set('trust proxy', 1);
    app.use('/inner', inner);
    const served = await serve(app);
    const statusOf = async (client: string) => {
      return (await served.ask({ path: '/inner', headers: { 'X-Forwarded-For': client } })).status;
    };
    expect(await statusOf('192.0.2.1')).toBe(200);
    expect(await statusOf('192.0.2.1')).toBe(429);
    expect(await statusOf('192.0.2.2')).toBe(200);
  });

  test('works inside an error handler too', async () => {
    const app = createApp();
    app.get('/', () => {
      throw new Error('broken');
    });
    const onError: express.ErrorRequestHandler = (_error, req, res, next) =>
      limit('errors', 1)(req, res, next);
    app.use(onError, ok);
    const { status, headers } = await (await serve(app)).get();
    expect({ status, limit: headers.ratelimit }).toEqual({ status: 200, limit: '"errors";r=0;t=60' });
  });
});

test('the middleware has the name of its function', () => {
  expect(rateLimit(perMinute(1)).name).toBe('rateLimit');
});

test('a wrong option throws at once', () => {
  expect(() => rateLimit(undefined as never)).toThrow(
    new TypeError('rateLimit: options must be an object, got undefined'),
  );
  expect(() => rateLimit({ capacityMax: 1, restoreRateHz: -5 })).toThrow(
    new RangeError('rateLimit: restoreRateHz must be > 0, got -5'),
  );
});
