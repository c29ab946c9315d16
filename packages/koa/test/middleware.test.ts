import { createServer } from 'node:http';
import { type Decision, MockClock } from '@breaking/core';
import { perMinute, rateLimit } from '@breaking/koa';
import { listen, turn, warned } from '@breaking/testkit';
import Koa from 'koa';
import Koa2 from 'koa2';
import { describe, expect, expectTypeOf, test } from 'vitest';

describe.each([
  ['Koa 3', Koa],
  ['Koa 2', Koa2],
])('on %s a rate limit', (_version, App) => {
  const limit = (name: string, n = 2) => rateLimit({ name, ...perMinute(n), clock: new MockClock() });
  const serve = (app: Koa) => {
    app.silent = true;
    return listen(createServer(app.callback()));
  };

  test('covers the middleware after it and nothing before it', async () => {
    const app = new App();
    app.use((ctx, next) => {
      if (ctx.path !== '/before') return next();
      ctx.body = 'before';
      return undefined;
    });
    app.use(limit('app'));
    app.use(ctx => {
      ctx.body = 'after';
    });
    const served = await serve(app);
    for (let i = 0; i < 3; i++) expect((await served.ask({ path: '/before' })).body).toBe('before');
    for (const status of [200, 200, 429]) expect((await served.get()).status).toBe(status);
  });

  test('can be called by another middleware, for requests of its choice', async () => {
    const app = new App();
    const api = limit('api', 1);
    app.use((ctx, next) => (ctx.path.startsWith('/api') ? api(ctx, next) : next()));
    app.use(ctx => {
      ctx.body = 'ok';
    });
    const served = await serve(app);
    const statusOf = async (path: string) => (await served.ask({ path })).status;
    expect([await statusOf('/api/a'), await statusOf('/api/b'), await statusOf('/c')]).toEqual([
      200, 429, 200,
    ]);
  });

  test('answers refused requests, even where outer middleware set ctx.respond to false', async () => {
    const app = new App();
    app.use((ctx, next) => {
      ctx.respond = false;
      return next();
    });
    app.use(limit('app', 1));
    app.use(ctx => void ctx.res.end('mine'));
    const served = await serve(app);
    expect([(await served.get()).body, (await served.get()).status]).toEqual(['mine', 429]);
  });

  test('changes nothing on a response that was sent while it decided', async () => {
    const app = new App();
    app.use((ctx, next) => {
      ctx.respond = false;
      const passed = next();
      ctx.res.writeHead(200).end('mine');
      return passed;
    });
    app.use(rateLimit({ ...perMinute(1), keyOf: async () => 'k', costOf: () => 2 }));
    const served = await serve(app);
    expect(await served.get()).toMatchObject({ status: 200, body: 'mine' });
  });

  test('lets outer middleware see and change its response', async () => {
    const app = new App();
    app.use(async (ctx, next) => {
      await next();
      ctx.set('X-Seen', `${ctx.status} ${ctx.state.rateLimit?.allowed}`);
      if (ctx.status === 429) ctx.body = 'my own page';
    });
    app.use(limit('app', 1));
    app.use(ctx => {
      ctx.body = 'ok';
    });
    const served = await serve(app);
    expect(await served.get()).toMatchObject({ status: 200, body: 'ok', headers: { 'x-seen': '200 true' } });
    expect(await served.get()).toMatchObject({
      status: 429,
      body: 'my own page',
      headers: { 'x-seen': '429 false', ratelimit: '"app";r=0;t=60' },
    });
  });

  test('waits for later middleware, and passes its result on', async () => {
    const results: unknown[] = [];
    const app = new App();
    app.use(async (_ctx, next) => {
      results.push(await (next() as Promise<unknown>));
    });
    app.use(limit('app'));
    app.use(async ctx => {
      await new Promise(setImmediate);
      ctx.body = 'late';
      return 'a result';
    });
    expect((await (await serve(app)).get()).body).toBe('late');
    expect(results).toEqual(['a result']);
  });

  test('passes on the same error that later middleware threw', async () => {
    const thrown = new Error('broken');
    const caught: unknown[] = [];
    const app = new App();
    app.use(async (_ctx, next) => next().catch(error => void caught.push(error)));
    app.use(rateLimit({ ...perMinute(2), refundWhen: () => false }));
    app.use(() => {
      throw thrown;
    });
    expect((await (await serve(app)).get()).status).toBe(404);
    expect(caught).toEqual([thrown]);
  });

  test('works with ctx.respond = false', async () => {
    const app = new App();
    app.use((ctx, next) => {
      ctx.respond = false;
      return next();
    });
    app.use(limit('app', 5));
    app.use(ctx => void ctx.res.writeHead(200).end('raw'));
    const served = await serve(app);
    for (let i = 0; i < 2; i++) {
      expect(await served.get()).toMatchObject({ status: 200, body: 'raw' });
    }
  });

  test('puts its decision on ctx.state for later middleware', async () => {
    const app = new App();
    app.use(limit('app', 5));
    app.use(limit('strict', 2));
    app.use(ctx => {
      ctx.body = ctx.state.rateLimit;
    });
    expect(JSON.parse((await (await serve(app)).get()).body)).toMatchObject({
      allowed: true,
      limits: [{ name: 'strict', tokensLeft: 1 }],
    });
  });

  test("loses its header fields when something throws, since Koa's error path removes all fields", async () => {
    const app = new App();
    app.use(limit('app'));
    app.use(ctx => ctx.throw(404));
    const { status, headers } = await (await serve(app)).get();
    expect(status).toBe(404);
    expect(headers).not.toHaveProperty('ratelimit');
  });
});

test.each([
  { options: {}, believesAnyone: false },
  { options: { proxy: true }, believesAnyone: true },
  { options: { proxy: true, maxIpsCount: 1 }, believesAnyone: false },
  { options: { proxy: true, maxIpsCount: 0 }, believesAnyone: true },
  { options: { proxy: false, maxIpsCount: 0 }, believesAnyone: false },
])('an app with $options is warned of: $believesAnyone', async ({ options, believesAnyone }) => {
  const warnings = warned();
  const app = new Koa(options);
  app.use(rateLimit(perMinute(9)));
  await (await listen(createServer(app.callback()))).get();
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(believesAnyone ? ['BREAKING_TRUSTS_ANY_CLIENT'] : []);
});

test('the middleware has the name of its function', () => {
  expect(rateLimit(perMinute(1)).name).toBe('rateLimit');
});

test('a wrong option throws at once', () => {
  expect(() => rateLimit(undefined as never)).toThrow(
    new TypeError('rateLimit: options must be an object, got undefined'),
  );
});

test("the decision is typed, and callbacks get Koa's own context", () => {
  expectTypeOf<Koa.DefaultState['rateLimit']>().toEqualTypeOf<Decision | undefined>();
  expectTypeOf(rateLimit({ ...perMinute(1), keyOf: ctx => ctx.get('x-user') })).toExtend<Koa.Middleware>();
});
