import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { MockClock, perMinute, rateLimit } from '@breaking/express';
import { listen, turn, warned } from '@breaking/testkit';
import express, { type Express, type Request, type Response } from 'express';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';

/** Whether Express, under this setting, trusts an unknown client. */
test.each([
  { setting: false, believesAnyone: false },
  { setting: true, believesAnyone: true },
  { setting: 1, believesAnyone: false },
  { setting: 3, believesAnyone: false },
  { setting: 'loopback', believesAnyone: false },
  { setting: 'loopback, linklocal, uniquelocal', believesAnyone: false },
  { setting: ['10.0.0.0/8', 'fd00::/8'], believesAnyone: false },
  { setting: '0.0.0.0/1, 128.0.0.0/1', believesAnyone: true },
  { setting: ['loopback', '::/1', '8000::/1'], believesAnyone: true },
  { setting: () => true, believesAnyone: true },
  { setting: (address: string) => address.startsWith('10.'), believesAnyone: false },
  { setting: (_address: string, hop: number) => hop < 2, believesAnyone: false },
])("'trust proxy' $setting is warned of: $believesAnyone", async ({ setting, believesAnyone }) => {
  const warnings = warned();
  const app = express();
  app.set('trust proxy', setting);
  app.use(rateLimit(perMinute(9)));
  const served = await listen(createServer(app));
  await served.get({ 'X-Forwarded-For': '192.0.2.7' });
  await turn();
  const expected = [
    ...(believesAnyone ? ['BREAKING_TRUSTS_ANY_CLIENT'] : []),
    ...(setting ? [] : ['BREAKING_PROXY_NOT_TRUSTED']),
  ];
  expect(warnings.map(({ code }) => code)).toEqual(expected);
});

test('a trust function that throws for an address that no proxy has fails no request', async () => {
  const app = express();
  app.set('trust proxy', (address: string) => {
    if (address.startsWith('127.')) return true;
    throw new Error(`not one of ours: ${address}`);
  });
  app.use(rateLimit(perMinute(9)));
  const served = await listen(createServer(app.get('/', (_req, res) => void res.send('ok'))));
  expect((await served.get()).status).toBe(200);
});

test("a router without an app limits by the connection's address", async () => {
  const router = express.Router();
  router.use(rateLimit({ ...perMinute(1), clock: new MockClock() }));
  router.use((_req, res: ServerResponse) => void res.end('ok'));
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    Object.assign(res, { req });
    router(req as Request, res as Response, () => void res.end());
  });
  const served = await listen(server);
  expect([(await served.get()).status, (await served.get()).status]).toEqual([200, 429]);
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s an application that redefines req.ip limits clients by that address', (_version, createApp) => {
  const byCdn = (req: Request) => req.get('cf-connecting-ip');
  const limited = (app: Express) =>
    app
      .use(rateLimit({ ...perMinute(1), clock: new MockClock() }))
      .get('/', (_req, res) => void res.send('ok'));
  const redefine = (request: object) =>
    Object.defineProperty(request, 'ip', {
      get(this: Request) {
        return byCdn(this);
      },
    });
  const ways: Readonly<Record<string, () => Express>> = {
    'on app.request': () => {
      const app = createApp();
      redefine(app.request);
      return limited(app);
    },
    'on the request of an app within the app': () => {
      const inner = createApp();
      redefine(inner.request);
      return createApp().use(limited(inner));
    },
    'on the request of an app within the app, after a limit of the outer app': () => {
      const inner = createApp();
      redefine(inner.request);
      return createApp().use(rateLimit({ ...perMinute(99), name: 'outer' }), limited(inner));
    },
    'on each request': () => {
      const app = createApp();
      app.use((req, _res, next) => {
        Object.defineProperty(req, 'ip', { value: byCdn(req) });
        next();
      });
      return limited(app);
    },
    'after requests were served': () => {
      const app = createApp();
      app.use((req, _res, next) => {
        if (byCdn(req) === '192.0.2.9') redefine(app.request);
        next();
      });
      return limited(app);
    },
  };

  test.each(Object.entries(ways))('%s', async (_where, appOf) => {
    const served = await listen(createServer(appOf()));
    const statusFor = async (ip: string) => (await served.get({ 'CF-Connecting-IP': ip })).status;
    await statusFor('192.0.2.9');
    const statuses = [];
    for (const ip of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) statuses.push(await statusFor(ip));
    expect(statuses).toEqual([200, 429, 200]);
  });
});
