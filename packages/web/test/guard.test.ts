import { MockClock, perMinute } from '@breaking/core';
import { breakerOutcomes, heard, turn } from '@breaking/testkit';
import { decisionOf, guard } from '@breaking/web';
import { describe, expect, test } from 'vitest';

const request = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
  new Request('http://localhost/', { headers, ...init });

/** A limit of two for all requests together. */
const limitOf = (n = 2) => ({ ...perMinute(n), keyOf: () => 'k', clock: new MockClock() });
const RATE_LIMIT = 'ratelimit';

describe('a guarded handler', () => {
  test("gets all arguments and the receiver from the runtime, and returns the handler's result", async () => {
    const worker = {
      name: 'worker',
      fetch: guard(
        function (this: { name: string }, _request: Request, env: { key: string }, ctx: object) {
          return Response.json([this.name, env.key, Object.keys(ctx)]);
        },
        { rateLimit: limitOf() },
      ),
    };
    const response = await worker.fetch(request(), { key: 'secret' }, { waitUntil: () => {} });
    expect(await response.json()).toEqual(['worker', 'secret', ['waitUntil']]);
  });

  test('finds the decision by its request', async () => {
    const handler = guard(of => Response.json(decisionOf(of)?.limits[0]?.tokensLeft), {
      rateLimit: limitOf(),
    });
    expect(await (await handler(request())).json()).toBe(1);
    expect(decisionOf(request())).toBeUndefined();
  });

  test('counts each call, also with one and the same request, one after the other or at once', async () => {
    const handler = guard(async () => new Response('ok'), { rateLimit: limitOf(4) });
    const same = request();
    const statuses = [(await handler(same)).status, (await handler(same)).status];
    for (const { status } of await Promise.all([handler(same), handler(same), handler(same)]))
      statuses.push(status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
  });

  test('may be guarded more than once: fields are merged, and an inner refusal is not a failure outside', async () => {
    const inner = guard(() => new Response('ok'), { rateLimit: { ...limitOf(1), name: 'inner' } });
    const outer = guard(inner, {
      rateLimit: { ...limitOf(3), name: 'outer' },
      circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60, clock: new MockClock() },
    });
    const outcomes = breakerOutcomes();
    expect(await (await outer(request())).text()).toBe('ok');
    const refused = await outer(request());
    expect(refused.headers.get(RATE_LIMIT)).toBe('"outer";r=1;t=20, "inner";r=0;t=60');
    expect([refused.status, await refused.json()]).toMatchObject([429, { 'violated-policies': ['inner'] }]);
    expect(outcomes()).toEqual(['default success', 'default ignored']);
  });

  test('passes three gates in their order: a full place takes no token', async () => {
    const handler = guard(() => new Promise<Response>(() => {}), {
      rateLimit: limitOf(),
      concurrencyLimit: { limit: 1 },
    });
    const messages = heard('breaking:rate_limit:decision');
    void handler(request());
    expect((await handler(request())).status).toBe(503);
    expect(messages).toHaveLength(1);
  });

  test('exposes its limiters and breakers, and the key of a request', async () => {
    const addressOf = (_request: Request, info: { address: string }) => info.address;
    const handler = guard((_request: Request, _info: { address: string }) => new Response('ok'), {
      rateLimit: { ...perMinute(1), addressOf, clock: new MockClock() },
      circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
      concurrencyLimit: { limit: 7 },
    });
    const info = { address: '192.0.2.1' };
    expect(await handler.keyOf(request(), info)).toBe('ip:192.0.2.1');
    expect([(await handler(request(), info)).status, (await handler(request(), info)).status]).toEqual([
      200, 429,
    ]);
    await handler.limiter?.reset('ip:192.0.2.1');
    expect((await handler(request(), info)).status).toBe(200);
    expect(handler.breakers?.get().state).toBe('closed');
    expect(handler.concurrency?.get().limit).toBe(7);
    const bare = guard(() => new Response('ok'), {});
    expect([bare.limiter, bare.breakers, bare.concurrency, await bare.keyOf(request())]).toEqual(Array(4));
  });

  test.each([
    [{ rateLimit: perMinute(1) }, TypeError, /rateLimit: addressOf or keyOf is required/],
    [{ ratelimit: {} }, TypeError, /guard: unknown option "ratelimit"/],
    [{ concurrencyLimit: { limit: -1 } }, RangeError, /concurrencyLimit: limit/],
    [{ circuitBreaker: null }, TypeError, /circuitBreaker: options must be an object, got null/],
    [undefined, TypeError, /guard: options must be an object/],
  ])('rejects a wrong option: %j', (options, kind, message) => {
    const make = () => guard(() => new Response('ok'), options as never);
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });

  test('requires one handler, which is a function', () => {
    expect(() => guard('handler' as never, {})).toThrow(
      /guard: the handler must be a function, got "handler"/,
    );
  });

  test('rejects with an error that names the handler if that returns no response', async () => {
    const handler = guard((() => undefined) as never, {});
    await expect(handler(request())).rejects.toThrow(
      'guard: the response of the handler must be an object with a method clone, got undefined',
    );
  });

  test('refunds by waitUntil if the runtime has it', async () => {
    const waiting: Promise<unknown>[] = [];
    const ctx = { waitUntil: (promise: Promise<unknown>) => void waiting.push(promise) };
    const handler = guard(
      (_request: Request, _env: object, _ctx: typeof ctx) => new Response(null, { status: 500 }),
      {
        rateLimit: { ...limitOf(), refundWhen: async ({ status = 0 }) => status >= 500 },
      },
    );
    await handler(request(), {}, ctx);
    expect(waiting.length).toBeGreaterThan(0);
    await Promise.all(waiting);
    expect((await handler.limiter?.peek('k'))?.limits[0]?.tokensLeft).toBe(2);
  });

  test("rethrows the handler's error, which counts for a breaker by the error's status", async () => {
    const breaker = { errorThreshold: 2, timeWindowSecs: 60, clock: new MockClock() };
    let error: unknown = Object.assign(new Error('gone'), { status: 404 });
    const handler = guard(
      () => {
        throw error;
      },
      { circuitBreaker: breaker },
    );
    const outcomes = breakerOutcomes();
    await expect(handler(request())).rejects.toBe(error);
    error = 'a string';
    await expect(handler(request())).rejects.toBe('a string');
    await turn();
    expect(outcomes()).toEqual(['default success', 'default failure']);
  });
});
