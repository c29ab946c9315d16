import type { Decision } from '@breaking/core';
import {
  circuitBreaker,
  concurrencyLimit,
  perMinute,
  type RateLimitSettings,
  rateLimit,
} from '@breaking/hono';
import type { getConnInfo as onNode } from '@hono/node-server/conninfo';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { getConnInfo as onBun } from 'hono/bun';
import type { getConnInfo as onWorkers } from 'hono/cloudflare-workers';
import type { getConnInfo as onDeno } from 'hono/deno';
import { expectTypeOf, test } from 'vitest';

const limit = perMinute(1);

test('the decision on a context is typed', () => {
  new Hono().use(rateLimit({ ...limit, keyOf: () => 'k' })).get('/', c => {
    expectTypeOf(c.get('rateLimit')).toEqualTypeOf<Decision | undefined>();
    expectTypeOf(c.var.rateLimit).toEqualTypeOf<Decision | undefined>();
    return c.text('ok');
  });
});

test("getConnInfo of each of Hono's runtimes returns the address", () => {
  const limitBy = (getConnInfo: typeof onNode | typeof onBun | typeof onDeno | typeof onWorkers) =>
    rateLimit({ ...limit, addressOf: c => getConnInfo(c).remote.address });
  expectTypeOf(limitBy).returns.toExtend<MiddlewareHandler>();
});

test('callbacks receive the context, even of an app with its own environment', () => {
  interface Env {
    Bindings: { readonly KEY: string };
    Variables: { readonly user: { readonly id: string } };
  }
  const limited = rateLimit({
    ...limit,
    keyOf(c) {
      expectTypeOf(c).toEqualTypeOf<Context>();
      return c.req.header('x-user');
    },
  });
  expectTypeOf(limited).toExtend<MiddlewareHandler>();
  expectTypeOf(limited.limiter.peek).toBeCallableWith('key');
  new Hono<Env>()
    .use(rateLimit({ ...limit, keyOf: (c: Context<Env>) => c.get('user').id }))
    .use(concurrencyLimit({ limit: 5, keyOf: (c: Context<Env>) => c.get('user').id }))
    .get('/:id', circuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 }), c => {
      expectTypeOf(c.req.param('id')).toEqualTypeOf<string>();
      return c.text(c.env.KEY);
    });
});

test('shared settings can be spread together with the limits of a service', () => {
  const company: RateLimitSettings<Context> = { headers: 'draft-7', keyOf: c => c.req.header('x-user') };
  rateLimit({ ...company, ...perMinute(5) });
  rateLimit({ ...company, limits: { burst: perMinute(1) } });
  // @ts-expect-error: settings alone are no limit
  expectTypeOf(rateLimit).toBeCallableWith(company);
});

test('an app keeps the types of its routes for clients', () => {
  const app = new Hono().get('/', rateLimit({ ...limit, keyOf: () => 'k' }), c => c.json({ hello: 'world' }));
  expectTypeOf(app).not.toBeAny();
});
