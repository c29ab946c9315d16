import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import { MockClock } from '@breaking/core';
import { perMinute, rateLimit } from '@breaking/express';
import { listen } from '@breaking/testkit';
import express, { type Express, type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';

/** Creates an app without limits. */
type CreateApp = () => Express;

describe.each<[string, CreateApp]>([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s the decision', (_version, createApp) => {
  const limit = () => rateLimit({ ...perMinute(3), clock: new MockClock() });
  const show: RequestHandler = (req, res) => void res.json(req.rateLimit?.limits[0]?.tokensLeft ?? 'none');
  const askOf = async (app: Express) => {
    const served = await listen(createServer(app));
    return async (path = '/') => JSON.parse((await served.ask({ path })).body);
  };

  test('is there for handlers after the limit, and not on requests without a limit', async () => {
    const app = createApp();
    app.get('/unlimited', show);
    app.use(limit());
    app.get('/', show);
    const ask = await askOf(app);
    expect([await ask(), await ask('/unlimited'), await ask()]).toEqual([2, 'none', 1]);
  });

  test('of a mounted app is visible to the outer app as well', async () => {
    const inner = createApp().use(limit());
    const outers = ['/a', '/b'].map(path => createApp().use(path, inner).use(show));
    const [a, b] = await Promise.all(outers.map(askOf));
    expect([await a?.('/a'), await b?.('/b'), await a?.('/a')]).toEqual([2, 1, 0]);
    expect(await a?.('/elsewhere')).toBe('none');
  });

  test('survives when res.locals is replaced', async () => {
    const replaceLocals: RequestHandler = (_req, res, next) => {
      res.locals = { user: 'ada' };
      next();
    };
    const ask = await askOf(createApp().use(limit(), replaceLocals, show));
    expect([await ask(), await ask()]).toEqual([2, 1]);
  });

  test('is separate for each request that an app makes from another', async () => {
    const app = createApp();
    app.get('/batch', (req, res) => {
      for (let i = 0; i < 5; i++)
        app({ ...req, url: '/item' } as typeof req, new ServerResponse(req) as never);
      res.json(tokensLeft);
    });
    const tokensLeft: unknown[] = [];
    app.use(limit(), req => void tokensLeft.push(req.rateLimit?.limits[0]?.tokensLeft));
    const ask = await askOf(app);
    expect(await ask('/batch')).toEqual([2, 1, 0]);
  });

  test('replaces what others set before, and is replaced by what they set later', async () => {
    const set: RequestHandler = (req, _res, next) => {
      Object.assign(req, { rateLimit: { limits: [{ tokensLeft: 'another' }] } });
      next();
    };
    const before = await askOf(createApp().use(set, limit(), show));
    expect([await before(), await before()]).toEqual([2, 1]);
    const after = await askOf(createApp().use(limit(), set, show));
    expect([await after(), await after()]).toEqual(['another', 'another']);
  });
});

test("a router without an app sets the decision on Node's own requests", async () => {
  const router = express.Router();
  router.use(rateLimit(perMinute(3)));
  router.use((req, res: ServerResponse) => void res.end(JSON.stringify(req.rateLimit)));
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    router(req as express.Request, res as express.Response, () => void res.end());
  });
  const { body } = await (await listen(server)).get();
  expect(JSON.parse(body)).toMatchObject({ allowed: true, limits: [{ tokensLeft: 2 }] });
});
