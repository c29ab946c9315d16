import type { Decision } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  concurrencyLimit,
  perMinute,
  type RateLimitOptions,
  type RateLimitSettings,
  type RateLimitState,
  rateLimit,
} from '@breaking/koa';
import Koa, { type Context, type Middleware, type ParameterizedContext } from 'koa';
import { expectTypeOf, test } from 'vitest';

const limit = perMinute(1);
const breaker = { errorThreshold: 5, timeWindowSecs: 60 };

test('the decision on a context is typed', () => {
  new Koa()
    .use(rateLimit(limit))
    .use(circuitBreaker(breaker))
    .use(ctx => {
      expectTypeOf(ctx.state.rateLimit).toEqualTypeOf<Decision | undefined>();
    });
});

test("callbacks get Koa's own context", () => {
  const limited = rateLimit({
    ...limit,
    keyOf(ctx) {
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      return ctx.get('x-user') || undefined;
    },
    limitsOf: async ctx => (ctx.state.isPaying ? perMinute(10) : limit),
    refundWhen(outcome, ctx) {
      expectTypeOf(outcome).toEqualTypeOf<Outcome>();
      return ctx.method === 'HEAD';
    },
  });
  expectTypeOf(limited).toExtend<Middleware>();
  expectTypeOf(limited.limiter.peek).toBeCallableWith('key');
  expectTypeOf(
    circuitBreaker({
      ...breaker,
      keyOf: ctx => ctx.path,
      isFailure: ({ status = 0 }, ctx) => ctx.fresh || status > 502,
    }),
  ).toExtend<Middleware>();
});

interface State {
  user: { id: string };
}

test('the middleware fits an app with its own state and context types', () => {
  interface Own {
    db: { query(text: string): Promise<unknown> };
  }
  const app = new Koa<State, Own>();
  app.use(rateLimit({ ...limit, keyOf: (ctx: ParameterizedContext<State, Own>) => ctx.state.user.id }));
  app.use(circuitBreaker({ ...breaker, keyOf: (ctx: ParameterizedContext<State>) => ctx.state.user.id }));
  app.use(concurrencyLimit({ limit: 5, keyOf: (ctx: ParameterizedContext<State>) => ctx.state.user.id }));
  app.use(async ctx => {
    expectTypeOf(ctx.state.user.id).toEqualTypeOf<string>();
    ctx.body = await ctx.db.query('select 1');
  });
});

test("the decision is typed on an app's own state too", () => {
  new Koa<State>().use(rateLimit(limit)).use(ctx => {
    expectTypeOf(ctx.state.rateLimit).toEqualTypeOf<Decision | undefined>();
    expectTypeOf(ctx.state.user.id).toEqualTypeOf<string>();
  });
  const app = new Koa<State & RateLimitState>();
  app.use(rateLimit(limit));
  app.use(ctx => {
    expectTypeOf(ctx.state.rateLimit).toEqualTypeOf<Decision | undefined>();
  });
});

test('shared settings can be spread together with the limits of a service', () => {
  const company: RateLimitSettings<Context> = { headers: 'draft-7', keyOf: ctx => ctx.get('x-user') };
  rateLimit({ ...company, ...perMinute(5) });
  rateLimit({ ...company, limits: { burst: perMinute(1) } });
});

test('an unknown option does not compile', () => {
  const limitOf = (_options: RateLimitOptions<Context>) => {};
  const breakerOf = (_options: CircuitBreakerOptions<Context>) => {};
  // @ts-expect-error: neither a bucket nor limits
  limitOf({});
  // @ts-expect-error: both
  limitOf({ ...limit, limits: { burst: limit } });
  // @ts-expect-error: what another middleware calls it
  limitOf({ ...limit, duration: 60_000 });
  // @ts-expect-error: no such format
  limitOf({ ...limit, headers: ['draft-11', 'draft-8'] });
  // @ts-expect-error: a key is a string or a number
  limitOf({ ...limit, keyOf: () => ({}) });
  // @ts-expect-error: a window is needed
  breakerOf({ errorThreshold: 5 });
  // @ts-expect-error: a response that broke has no status
  breakerOf({ ...breaker, isFailure: ({ status }) => status >= 500 });
});
