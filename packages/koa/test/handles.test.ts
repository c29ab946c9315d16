import { createServer } from 'node:http';
import { circuitBreaker, concurrencyLimit, MockClock, perMinute, rateLimit } from '@breaking/koa';
import { listen, turn, warned } from '@breaking/testkit';
import Koa from 'koa';
import { expect, test } from 'vitest';

const breaker = { errorThreshold: 1, timeWindowSecs: 60 };

test('a rate limit exposes its limiter and the key of a request', async () => {
  const login = rateLimit({ name: 'login', ...perMinute(2), clock: new MockClock() });
  const keys: string[] = [];
  const app = new Koa().use(login).use(async ctx => {
    keys.push(await login.keyOf(ctx));
    ctx.body = 'ok';
  });
  const served = await listen(createServer(app.callback()));
  expect(await served.statuses('/', '/', '/')).toEqual([200, 200, 429]);
  expect(keys).toEqual(['ip:127.0.0.1', 'ip:127.0.0.1']);
  login.limiter.reset('ip:127.0.0.1');
  expect(await served.statuses('/')).toEqual([200]);
});

test('new limits apply from the next request on, and its header fields show them', async () => {
  const login = rateLimit({ name: 'login', ...perMinute(2), clock: new MockClock() });
  const app = new Koa().use(login).use(ctx => {
    ctx.body = 'ok';
  });
  const served = await listen(createServer(app.callback()));
  expect(await served.statuses('/', '/', '/')).toEqual([200, 200, 429]);
  login.limiter.limits = perMinute(5);
  expect((await served.get()).headers).toMatchObject({
    'ratelimit-policy': '"login";q=5;w=60',
    ratelimit: '"login";r=2;t=24',
  });
});

test('a circuit breaker exposes its breakers', async () => {
  const pay = circuitBreaker({ name: 'pay', ...breaker, clock: new MockClock() });
  const app = new Koa().use(pay).use(ctx => {
    ctx.status = 500;
  });
  const served = await listen(createServer(app.callback()));
  expect(await served.statuses('/', '/')).toEqual([500, 503]);
  expect([...pay.breakers.entries()].map(([key, { state }]) => [key, state])).toEqual([[undefined, 'open']]);
});

test.each([
  ['rateLimit', rateLimit],
  ['circuitBreaker', circuitBreaker],
  ['concurrencyLimit', concurrencyLimit],
] as const)(
  '%s passed to app.use without being called throws an error that says what to write',
  async (name, factory) => {
    const app = new Koa();
    const errors: Error[] = [];
    app.on('error', error => errors.push(error)).use(factory as never);
    const served = await listen(createServer(app.callback()));
    expect((await served.get()).status).toBe(500);
    expect(errors).toMatchObject([
      {
        name: 'TypeError',
        message: expect.stringContaining(`${name} must be called with its options: write ${name}({ … })`),
      },
    ]);
  },
);

test.each([
  [rateLimit, perMinute(5)],
  [circuitBreaker, breaker],
  [concurrencyLimit, { limit: 5 }],
] as const)('a second argument is a TypeError: %o', (factory, options) => {
  const call = factory as (...args: unknown[]) => unknown;
  expect(() => call(options, { name: 'x' })).toThrow(TypeError);
  expect(() => call(options, { name: 'x' })).toThrow('takes one argument, its options');
});

test('a limit that is created in a handler is warned of once', async () => {
  const warnings = warned();
  const app = new Koa().use((ctx, next) => rateLimit(perMinute(9))(ctx, next));
  const served = await listen(createServer(app.callback()));
  await served.statuses('/', '/', '/', '/');
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_MADE_IN_HANDLER']);
});
