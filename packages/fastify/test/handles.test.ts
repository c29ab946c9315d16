import breaking, { MockClock, perMinute } from '@breaking/fastify';
import { listen, turn, warned } from '@breaking/testkit';
import Fastify from 'fastify';
import { expect, test } from 'vitest';

const clock = new MockClock();
const breaker = { errorThreshold: 1, timeWindowSecs: 60, clock };

test('a hook exposes its limiter, its breakers and the key of a request', async () => {
  const app = Fastify();
  await app.register(breaking);
  const login = app.rateLimit({ name: 'login', ...perMinute(1), clock });
  const pay = app.circuitBreaker({ name: 'pay', ...breaker });
  const keys: string[] = [];
  app.get('/', { onRequest: [login, pay] }, async (request, reply) => {
    keys.push(await login.keyOf(request));
    return reply.code(500).send();
  });
  const statusOf = async () => (await app.inject('/')).statusCode;
  expect([await statusOf(), await statusOf()]).toEqual([500, 429]);
  login.limiter.reset('ip:127.0.0.1');
  expect(await statusOf()).toBe(503);
  expect(keys).toEqual(['ip:127.0.0.1']);
  expect(pay.breakers.get().state).toBe('open');
});

test('app.breaking has the limits and breakers of the plugin and of its routes, by name', async () => {
  const app = Fastify();
  await app.register(breaking, {
    rateLimit: { name: 'api', ...perMinute(9), clock },
    circuitBreaker: breaker,
    concurrencyLimit: { name: 'all', limit: 9 },
  });
  app.get('/plain', (_request, reply) => void reply.code(500).send());
  const config = {
    rateLimit: perMinute(1),
    circuitBreaker: { name: 'pay', ...breaker },
    concurrencyLimit: { limit: 2 },
  };
  app.get('/own', { config }, async () => 'ok');
  await app.ready();
  expect([...app.breaking.limits.keys()]).toEqual(['api', 'GET /own']);
  expect([...app.breaking.breakers.keys()]).toEqual(['GET /plain', 'pay']);
  expect([...app.breaking.concurrency].map(([name, group]) => [name, group.get().limit])).toEqual([
    ['all', 9],
    ['GET /own', 2],
  ]);
  await app.inject('/plain');
  expect(app.breaking.breakers.get('GET /plain')?.get().state).toBe('open');
  expect(app.breaking.limits.get('api')?.peek('ip:127.0.0.1')).toMatchObject({ limits: [{ tokensLeft: 8 }] });
});

test('new limits apply from the next request on, and its header fields show them', async () => {
  const app = Fastify();
  await app.register(breaking, { rateLimit: { name: 'api', ...perMinute(2), clock } });
  app.get('/own', { config: { rateLimit: perMinute(2) } }, async () => 'ok');
  for (const [url, name] of [
    ['/none', 'api'],
    ['/own', 'GET /own'],
  ] as const) {
    for (const status of [200, 200, 429]) {
      expect((await app.inject(url)).statusCode).toBe(url === '/none' && status === 200 ? 404 : status);
    }
    const limiter = app.breaking.limits.get(name);
    if (limiter !== undefined) limiter.limits = perMinute(5);
    expect((await app.inject(url)).headers).toMatchObject({
      'ratelimit-policy': `"${name}";q=5;w=60`,
      ratelimit: `"${name}";r=2;t=24`,
    });
  }
});

test('each of two nested registrations has its own maps', async () => {
  const app = Fastify();
  await app.register(breaking, { rateLimit: { name: 'outer', ...perMinute(9) } });
  await app.register(async inner => {
    await inner.register(breaking, { rateLimit: { name: 'inner', ...perMinute(9) } });
    expect([...inner.breaking.limits.keys()]).toEqual(['inner']);
  });
  await app.ready();
  expect([...app.breaking.limits.keys()]).toEqual(['outer']);
});

test.each(['rateLimit', 'circuitBreaker', 'concurrencyLimit'] as const)(
  'app.%s used without a call says what to write',
  async name => {
    const app = Fastify();
    await app.register(breaking);
    app.get('/', { onRequest: app[name] as never }, async () => 'ok');
    const { statusCode, body } = await app.inject('/');
    expect({ statusCode, body }).toMatchObject({
      statusCode: 500,
      body: expect.stringContaining(`${name} must be called with its options: write ${name}({ … })`),
    });
  },
);

test.each([
  ['rateLimit', perMinute(5)],
  ['circuitBreaker', breaker],
  ['concurrencyLimit', { limit: 5 }],
] as const)('a second argument of app.%s is a TypeError', async (name, options) => {
  const app = Fastify();
  await app.register(breaking);
  const call = app[name] as (...args: unknown[]) => unknown;
  expect(() => call(options, { name: 'x' })).toThrow(TypeError);
});

test('a limit that is created in a handler is warned of once', async () => {
  const warnings = warned();
  const app = Fastify();
  await app.register(breaking);
  app.addHook('onRequest', (request, reply, done) => app.rateLimit(perMinute(9))(request, reply, done));
  await app.ready();
  const served = await listen(app.server);
  await served.statuses('/', '/', '/', '/');
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_MADE_IN_HANDLER']);
});
