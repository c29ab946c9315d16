import type { Decision } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  perMinute,
  type RateLimitOptions,
  rateLimit,
} from '@breaking/koa';
import Koa, { type Context, type Middleware } from 'koa';
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
  expectTypeOf(limited).toEqualTypeOf<Middleware>();
  expectTypeOf(
    circuitBreaker({
      ...breaker,
      keyOf: ctx => ctx.path,
      isFailure: ({ status = 0 }, ctx) => ctx.fresh || status > 502,
    }),
  ).toEqualTypeOf<Middleware>();
});

test('the middleware is also for an app with a state and a context of its own', () => {
  interface State {
    user: { id: string };
  }
  interface Own {
    db: { query(text: string): Promise<unknown> };
  }
  const app = new Koa<State, Own>();
  app.use(rateLimit({ ...limit, keyOf: ctx => (ctx.state as State).user.id }));
  app.use(circuitBreaker(breaker));
  app.use(async ctx => {
    expectTypeOf(ctx.state.user.id).toEqualTypeOf<string>();
    ctx.body = await ctx.db.query('select 1');
  });
});

test('what is no option does not compile', () => {
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
  // @ts-expect-error: a key is a string
  limitOf({ ...limit, keyOf: () => 1 });
  // @ts-expect-error: a window is needed
  breakerOf({ errorThreshold: 5 });
  // @ts-expect-error: a response that broke has no status
  breakerOf({ ...breaker, isFailure: ({ status }) => status >= 500 });
});
