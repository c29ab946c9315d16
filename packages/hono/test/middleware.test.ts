import {
  circuitBreaker,
  concurrencyLimit,
  MockClock,
  perMinute,
  RefusedException,
  rateLimit,
  TooManyErrors,
  TooManyRequests,
} from '@breaking/hono';
import type { Outcome } from '@breaking/http';
import { breakerOutcomes, heard } from '@breaking/testkit';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { describe, expect, test } from 'vitest';

const limitOf = (n: number, options = {}) =>
  rateLimit({ ...perMinute(n), keyOf: () => 'k', clock: new MockClock(), ...options });
const breaking = (options = {}) =>
  circuitBreaker({ errorThreshold: 1, timeWindowSecs: 60, clock: new MockClock(), ...options });

describe('a rate limit', () => {
  test('covers an app, a path, a group or a route', async () => {
    const group = new Hono().use(limitOf(1, { name: 'group' })).get('/in', c => c.text('in'));
    const app = new Hono()
      .use('/path/*', limitOf(1, { name: 'path' }))
      .get('/path/a', c => c.text('a'))
      .get('/route', limitOf(1, { name: 'route' }), c => c.text('route'))
      .get('/free', c => c.text('free'))
      .route('/group', group);
    for (const path of ['/path/a', '/route', '/group/in', '/free']) {
      const statuses = [(await app.request(path)).status, (await app.request(path)).status];
      expect([path, ...statuses]).toEqual([path, 200, path === '/free' ? 200 : 429]);
    }
  });

  test('counts a request once if it meets the limit twice', async () => {
    const limit = limitOf(9);
    const app = new Hono().use(limit).get('/', limit, c => c.text('ok'));
    expect((await app.request('/')).headers.get('ratelimit')).toBe('"default";r=8;t=54');
  });

  test('shows its fields on responses to errors and unknown paths', async () => {
    const app = new Hono().use(limitOf(9)).get('/', () => {
      throw new Error('boom');
    });
    app.onError((_error, c) => c.json({ masked: true }, 418));
    for (const [path, status, left] of [
      ['/', 418, 8],
      ['/none', 404, 7],
    ] as const) {
      const answer = await app.request(path);
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([
        status,
        expect.stringContaining(`r=${left};`),
      ]);
    }
  });

  test('keeps the fields of others, and every cookie', async () => {
    const app = new Hono()
      .use(concurrencyLimit({ limit: 1 }), limitOf(9))
      .use(async (c, next) => {
        c.header('X-Before', 'yes');
        await next();
        c.header('X-After', 'yes');
      })
      .get('/', c => {
        for (const cookie of ['a=1', 'b=2']) c.header('Set-Cookie', cookie, { append: true });
        return c.text('ok');
      });
    const { headers } = await app.request('/');
    expect([headers.get('x-before'), headers.get('x-after'), headers.getSetCookie()]).toEqual([
      'yes',
      'yes',
      ['a=1', 'b=2'],
    ]);
    expect(headers.get('ratelimit')).toBe('"default";r=8;t=54');
  });

  test('requires addressOf or keyOf', () => {
    expect(() => rateLimit(perMinute(1))).toThrow(
      new TypeError('rateLimit: addressOf or keyOf is required, since a Request has no client address'),
    );
    expect(() => rateLimit.call(undefined, {} as never, (() => {}) as never)).toThrow(
      /rateLimit must be called with its options/,
    );
  });

  test('returns the key of a context', async () => {
    const limit = rateLimit({ ...perMinute(1), addressOf: c => c.req.header('x-real-ip') });
    const app = new Hono().get('/', async c => c.text(await limit.keyOf(c)));
    expect(await (await app.request('/', { headers: { 'X-Real-IP': '2001:db8::1' } })).text()).toBe(
      'ip:2001:db8::/56',
    );
  });

  test('is refunded by waitUntil of the execution context', async () => {
    const waiting: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void waiting.push(promise),
      passThroughOnException: () => {},
      props: {},
    };
    const limit = limitOf(2, { refundWhen: async ({ status }: Outcome) => status === 204 });
    const app = new Hono().use(limit).get('/', c => c.body(null, 204));
    await app.fetch(new Request('http://localhost/'), {}, ctx);
    await Promise.all(waiting);
    expect((await limit.limiter.peek('k')).limits[0]?.tokensLeft).toBe(2);
  });
});

describe("under rejectWith 'error', a refusal is an HTTPException", () => {
  test('that Hono answers automatically, with all fields', async () => {
    const app = new Hono()
      .use(limitOf(9, { name: 'app' }), limitOf(1, { rejectWith: 'error' }))
      .get('/', c => c.text('ok'));
    await app.request('/');
    const answer = await app.request('/');
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('cache-control')]).toEqual([
      429,
      '60',
      'no-store',
    ]);
    expect(answer.headers.get('ratelimit')).toBe('"app";r=7;t=47, "default";r=0;t=60');
  });

  test('with the refusal as its cause, and a new response on each call', async () => {
    const errors: unknown[] = [];
    const app = new Hono()
      .get('/limit', limitOf(1, { rejectWith: 'error' }), c => c.text('ok'))
      .get('/break', breaking({ rejectWith: 'error' }), c => c.text('broken', 500));
    app.onError((error, c) => {
      errors.push(error);
      return c.text(error.message, 418);
    });
    for (const path of ['/limit', '/limit', '/break']) await (await app.request(path)).text();
    expect((await app.request('/break')).status).toBe(418);
    expect(errors).toEqual([expect.any(HTTPException), expect.any(RefusedException)]);
    const [limited, broken] = errors as [RefusedException, RefusedException];
    expect([limited.cause, broken.cause]).toEqual([expect.any(TooManyRequests), expect.any(TooManyErrors)]);
    expect([limited.code, limited.decision?.allowed, broken.code, broken.decision]).toEqual([
      'BREAKING_TOO_MANY_REQUESTS',
      false,
      'BREAKING_TOO_MANY_ERRORS',
      undefined,
    ]);
    for (let i = 0; i < 2; i++) expect(await limited.getResponse().text()).toMatch(/^Too many requests/);
  });
});

describe('a circuit breaker', () => {
  test('gets c.error and the status of c.res: an error that is answered with a 200 is not a failure', async () => {
    const error = new Error('boom');
    const told: Outcome[] = [];
    const isFailure = (outcome: Outcome) => {
      told.push(outcome);
      return (outcome.status ?? 0) >= 500;
    };
    const outcomes = breakerOutcomes();
    const app = new Hono().use(breaking({ isFailure })).get('/', () => {
      throw error;
    });
    app.onError((_error, c) => c.text('masked', 200));
    await (await app.request('/')).text();
    expect(told).toEqual([{ status: 200, aborted: false, durationSecs: 0, error }]);
    expect(told[0]?.error).toBe(error);
    expect(outcomes()).toEqual(['default success']);
  });

  test('has its breakers, one for each key', async () => {
    const breaker = breaking({ keyOf: (c: { req: { path: string } }) => c.req.path });
    const app = new Hono().use(breaker).get('/a', c => c.text('broken', 500));
    await (await app.request('/a')).text();
    expect([breaker.breakers.get('/a').state, breaker.breakers.get('/b').state]).toEqual(['open', 'closed']);
  });
});

test('a limit without earlier asynchronous work decides synchronously', () => {
  const messages = heard('breaking:rate_limit:decision');
  void new Hono().use(limitOf(1)).request('/');
  expect(messages).toHaveLength(1);
});
