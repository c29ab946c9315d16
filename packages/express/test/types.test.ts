import type { Decision } from '@breaking/core';
import { perMinute, type RateLimitOptions, rateLimit } from '@breaking/express';
import type { Request, RequestHandler } from 'express';
import { expectTypeOf, test } from 'vitest';

test('the decision on a request is typed', () => {
  expectTypeOf<Request['rateLimit']>().toEqualTypeOf<Decision | undefined>();
});

test("callbacks get Express's own request", () => {
  expectTypeOf<Parameters<NonNullable<RateLimitOptions<Request>['keyOf']>>>().toEqualTypeOf<[Request]>();
  expectTypeOf(
    rateLimit({ ...perMinute(1), keyOf: req => req.get('x-user') }),
  ).toEqualTypeOf<RequestHandler>();
});

test('limits come either by name or as one policy', () => {
  rateLimit({ limits: { burst: perMinute(1) } });
  rateLimit({ limits: perMinute(1) });
  // @ts-expect-error: neither
  expectTypeOf(rateLimit).toBeCallableWith({});
  // @ts-expect-error: both
  expectTypeOf(rateLimit).toBeCallableWith({ ...perMinute(1), limits: { burst: perMinute(1) } });
});
