import type { Decision } from '@breaking/core';
import {
  type CircuitBreakerOptions,
  circuitBreaker,
  concurrencyLimit,
  perMinute,
  type RateLimitOptions,
  type RateLimitSettings,
  rateLimit,
} from '@breaking/express';
import type { Outcome } from '@breaking/http';
import express, { type Request, type RequestHandler } from 'express';
import { expectTypeOf, test } from 'vitest';

const limit = perMinute(1);
const breaker = { errorThreshold: 5, timeWindowSecs: 60 };

test('the decision on a request is typed', () => {
  expectTypeOf<Request['rateLimit']>().toEqualTypeOf<Decision | undefined>();
});

test("callbacks get Express's own request", () => {
  const limited = rateLimit({
    ...limit,
    keyOf(req) {
      expectTypeOf(req).toEqualTypeOf<Request>();
      return req.get('x-user');
    },
    limitsOf: async req => (req.secure ? perMinute(10) : limit),
    refundWhen(outcome, req) {
      expectTypeOf(outcome).toEqualTypeOf<Outcome>();
      return req.method === 'HEAD';
    },
  });
  expectTypeOf(limited).toExtend<RequestHandler>();
  expectTypeOf(
    circuitBreaker({ ...breaker, keyOf: req => req.hostname, isFailure: ({ status = 0 }) => status > 502 }),
  ).toExtend<RequestHandler>();
});

test('a route with gates keeps the types of its parameters', () => {
  express().get('/users/:id', rateLimit(limit), circuitBreaker(breaker), (req, res) => {
    expectTypeOf(req.params.id).toEqualTypeOf<string>();
    expectTypeOf(req.rateLimit).toEqualTypeOf<Decision | undefined>();
    res.json(req.rateLimit?.limits);
  });
  express().use('/api', rateLimit(limit)).use(circuitBreaker(breaker));
});

test('callbacks may expect what other middleware adds to a request', () => {
  interface AuthedRequest extends Request {
    user: { id: string };
  }
  const app = express();
  app.use(
    rateLimit({ ...limit, keyOf: (req: AuthedRequest) => req.user.id, costOf: req => req.ip?.length ?? 1 }),
  );
  app.get(
    '/users/:id',
    rateLimit({ ...limit, keyOf: (req: Request<{ id: string }>) => req.params.id }),
    circuitBreaker({ ...breaker, keyOf: (req: Request<{ id: string }>) => req.params.id }),
    (req, res) => void res.send(req.params.id),
  );
  app.use(
    circuitBreaker({
      ...breaker,
      isFailure: (outcome, req: AuthedRequest) => req.user.id === '' || outcome.aborted,
    }),
  );
  app.use(concurrencyLimit({ limit: 5, keyOf: (req: AuthedRequest) => req.user.id }));
  // @ts-expect-error: a request is no string
  rateLimit({ ...limit, keyOf: (req: string) => req });
});

test('shared settings can be spread together with the limits of a service', () => {
  const company: RateLimitSettings<Request> = { headers: 'draft-7', keyOf: req => req.get('x-user') };
  rateLimit({ ...company, ...perMinute(5) });
  rateLimit({ ...company, limits: { burst: perMinute(1) } });
  // @ts-expect-error: settings alone are no limit
  expectTypeOf(rateLimit).toBeCallableWith(company);
});

test('limits are either named or one policy', () => {
  rateLimit({ limits: { burst: perMinute(1) } });
  rateLimit({ limits: perMinute(1) });
});

test('an unknown option does not compile', () => {
  const limitOf = (_options: RateLimitOptions<Request>) => {};
  const breakerOf = (_options: CircuitBreakerOptions<Request>) => {};
  // @ts-expect-error: neither a bucket nor limits
  limitOf({});
  // @ts-expect-error: both
  limitOf({ ...limit, limits: { burst: limit } });
  // @ts-expect-error: what another middleware calls it
  limitOf({ windowMs: 60_000, max: 100 });
  // @ts-expect-error: no such format
  limitOf({ ...limit, headers: 'draft-8' });
  // @ts-expect-error: a key is a string or a number
  limitOf({ ...limit, keyOf: req => req.socket });
  // @ts-expect-error: a window is needed
  breakerOf({ errorThreshold: 5 });
});
