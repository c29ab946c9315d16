import { createServer } from 'node:http';
import { circuitBreaker, concurrencyLimit, MockClock, perMinute, rateLimit } from '@breaking/express';
import { listen, turn, warned } from '@breaking/testkit';
import express, { type Request } from 'express';
import { expect, test } from 'vitest';

const breaker = { errorThreshold: 1, timeWindowSecs: 60 };

test('a rate limit exposes its limiter and the key of a request', async () => {
  const login = rateLimit({ name: 'login', ...perMinute(2), clock: new MockClock() });
  const keys: string[] = [];
  const app = express();
  app.use(login, async (req: Request, res) => {
    keys.push(await login.keyOf(req));
    res.send('ok');
  });
  const served = await listen(createServer(app));
  expect(await served.statuses('/', '/', '/')).toEqual([200, 200, 429]);
  expect(keys).toEqual(['ip:127.0.0.1', 'ip:127.0.0.1']);
  expect(login.limiter.name).toBe('login');
  expect(login.limiter.peek('ip:127.0.0.1')).toMatchObject({ allowed: false });
  login.limiter.reset('ip:127.0.0.1');
  expect(await served.statuses('/')).toEqual([200]);
});

test('new limits apply from the next request on, and its header fields show them', async () => {
  const login = rateLimit({ name: 'login', ...perMinute(2), clock: new MockClock() });
  const app = express().use(login, (_req, res) => void res.send('ok'));
  const served = await listen(createServer(app));
  expect(await served.statuses('/', '/', '/')).toEqual([200, 200, 429]);
  login.limiter.limits = perMinute(5);
  expect((await served.get()).headers).toMatchObject({
    'ratelimit-policy': '"login";q=5;w=60',
    ratelimit: '"login";r=2;t=24',
  });
});

test('a circuit breaker exposes its breakers', async () => {
  const pay = circuitBreaker({ name: 'pay', ...breaker, clock: new MockClock() });
  const app = express().use(pay, (_req, res) => void res.status(500).end());
  const served = await listen(createServer(app));
  expect(await served.statuses('/', '/')).toEqual([500, 503]);
  expect([...pay.breakers.entries()].map(([key, { state }]) => [key, state])).toEqual([[undefined, 'open']]);
  pay.breakers.get().reset();
  expect(await served.statuses('/')).toEqual([500]);
});

test('middleware keeps its name', () => {
  expect([rateLimit(perMinute(1)).name, circuitBreaker(breaker).name]).toEqual([
    'rateLimit',
    'circuitBreaker',
  ]);
});

test.each([
  ['rateLimit', rateLimit],
  ['circuitBreaker', circuitBreaker],
  ['concurrencyLimit', concurrencyLimit],
] as const)(
  '%s passed to app.use without being called throws an error that says what to write',
  async (name, factory) => {
    const app = express().use(factory as never);
    const served = await listen(createServer(app));
    expect(await served.get()).toMatchObject({
      status: 500,
      body: expect.stringContaining(
        `TypeError: ${name} must be called with its options: write ${name}({ … })`,
      ),
    });
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
  const app = express().use((req, res, next) => rateLimit(perMinute(9))(req, res, next));
  const served = await listen(createServer(app));
  await served.statuses('/', '/', '/', '/');
  await turn();
  expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_MADE_IN_HANDLER']);
});
