import { MockClock } from '@breaking/core';
import { perMinute } from '@breaking/fastify';
import { heard, tokensOf } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { appWith, ask } from './pluggedApp.js';

const clock = new MockClock(1000);
const ok = async () => 'ok';

describe("the name of a route's own limit", () => {
  const named = async (...urls: readonly string[]) => {
    const app = await appWith();
    return { app, policies: () => Promise.all(urls.map(async url => (await ask(app, url)).policy)) };
  };
  const config = { rateLimit: { ...perMinute(9), clock } };

  test('is method and URL, as the route was declared', async () => {
    const { app, policies } = await named('/users/5', '/files/a/b', '/x');
    app.get('/users/:id', { config }, ok).get('/files/*', { config }, ok);
    app.register(async child => child.get('/x', { config }, ok), { prefix: '/v1' });
    app.get('/x', { config }, ok);
    expect(await policies()).toEqual([
      '"GET /users/:id";q=9;w=60',
      '"GET /files/*";q=9;w=60',
      '"GET /x";q=9;w=60',
    ]);
    expect((await ask(app, '/v1/x')).policy).toBe('"GET /v1/x";q=9;w=60');
  });

  test('is printable ASCII, whatever the URL', async () => {
    const { app, policies } = await named('/größe', '/a"b');
    app.get('/größe', { config }, ok).get('/a"b', { config }, ok);
    expect(await policies()).toEqual(['"GET /gr%C3%B6%C3%9Fe";q=9;w=60', '"GET /a\\"b";q=9;w=60']);
  });

  test('of several methods lists all of them, with one bucket', async () => {
    const { app } = await named();
    app.route({ method: ['GET', 'POST'], url: '/x', config, handler: ok });
    expect((await ask(app, '/x')).limit).toBe('"GET,POST /x";r=8;t=54');
    expect((await ask(app, '/x', 'POST')).limit).toBe('"GET,POST /x";r=7;t=47');
  });

  test('differs between routes with different constraints', async () => {
    const { app } = await named();
    const one = { config: { rateLimit: { ...perMinute(1), clock } } };
    app.get('/', { ...one, constraints: { host: 'a.example' } }, ok);
    app.get('/', { ...one, constraints: { host: 'b.example' } }, ok);
    for (const host of ['a.example', 'b.example']) {
      const asked = () => app.inject({ url: '/', headers: { host } });
      const first = await asked();
      expect(first.statusCode).toBe(200);
      expect(first.headers['ratelimit-policy']).toBe(`"GET / host=${host}";q=1;w=60`);
      expect((await asked()).statusCode).toBe(429);
    }
  });

  test.each(['both', 'slash', 'no-slash'] as const)(
    'of a prefix is the same for both spellings: %s',
    async prefixTrailingSlash => {
      const { app } = await named();
      const messages = heard('breaking:rate_limit:decision');
      app.register(async child => child.get('/', { config, prefixTrailingSlash }, ok), { prefix: '/v1' });
      await ask(app, '/v1');
      await ask(app, '/v1/');
      const tokens = messages.map(({ decision }) => tokensOf(decision));
      expect(tokens).toEqual(prefixTrailingSlash === 'both' ? [[8], [7]] : [[8]]);
    },
  );
});

describe('HEAD', () => {
  const config = { rateLimit: { ...perMinute(2), clock } };

  test("shares GET's bucket on the route that Fastify adds", async () => {
    const app = await appWith();
    app.get('/x', { config }, ok);
    expect((await ask(app, '/x', 'HEAD')).limit).toBe('"GET /x";r=1;t=30');
    expect((await ask(app, '/x')).limit).toBe('"GET /x";r=0;t=30');
    expect((await ask(app, '/x', 'HEAD')).status).toBe(429);
  });

  test("shares GET's bucket on the route that Fastify adds to one of several methods", async () => {
    const app = await appWith();
    app.route({ method: ['POST', 'GET'], url: '/x', config, handler: ok });
    await ask(app, '/x', 'HEAD');
    await ask(app, '/x');
    for (const method of ['HEAD', 'GET', 'POST'] as const) {
      expect((await ask(app, '/x', method)).status).toBe(429);
    }
  });

  test("shares GET's bucket on a separate HEAD route", async () => {
    const app = await appWith();
    app.head('/x', { config }, ok);
    app.get('/x', { config }, ok);
    await ask(app, '/x', 'HEAD');
    expect((await ask(app, '/x')).limit).toBe('"GET /x";r=0;t=30');
  });

  test('is one limit on a prefix too', async () => {
    const app = await appWith();
    app.register(async child => child.get('/', { config }, ok), { prefix: '/v1' });
    await ask(app, '/v1/', 'HEAD');
    await ask(app, '/v1');
    expect((await ask(app, '/v1/')).status).toBe(429);
    expect((await ask(app, '/v1', 'HEAD')).status).toBe(429);
  });
});
