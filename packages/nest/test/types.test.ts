import {
  type CircuitBreaker as Breaker,
  BreakingModule,
  type BucketStore,
  CircuitBreaker,
  ConcurrencyLimit,
  type Decision,
  InjectLimiter,
  type NestRequest,
  type Outcome,
  perMinute,
  perSecond,
  RateLimit,
  type RateLimiter,
  type RateLimitSettings,
} from '@breaking/nest';
import type { Request } from 'express';
import type { FastifyRequest } from 'fastify';
import { expect, expectTypeOf, test } from 'vitest';

const limit = perMinute(1);
const breaker = { errorThreshold: 5, timeWindowSecs: 60 };

test('the decision on a request of Express is typed', () => {
  expectTypeOf<Request['rateLimit']>().toEqualTypeOf<Decision | undefined>();
});

test('callbacks get what both platforms have of a request', () => {
  RateLimit({
    ...limit,
    keyOf(req, address) {
      expectTypeOf(req).toEqualTypeOf<NestRequest>();
      expectTypeOf(address).toEqualTypeOf<string>();
      return req.ip;
    },
    refundWhen(outcome, req) {
      expectTypeOf(outcome).toEqualTypeOf<Outcome>();
      return req.method === 'HEAD';
    },
  });
  CircuitBreaker({ ...breaker, isFailure: ({ status = 0 }) => status > 502 });
  ConcurrencyLimit({ limit: 'adaptive', holdUntilHandled: true });
});

test('shared settings can be spread together with the limits of a service', () => {
  const company: RateLimitSettings<NestRequest> = { headers: 'draft-7', keyOf: req => req.ip };
  RateLimit({ ...company, ...perMinute(5) });
  RateLimit({ ...company, limits: { burst: perMinute(1) } });
  // @ts-expect-error: settings alone are no limit
  expectTypeOf(RateLimit).toBeCallableWith(company);
});

test("callbacks may declare the platform's own request, or one that has more", () => {
  interface Authed extends Request {
    readonly user: { readonly id: string };
  }
  RateLimit({ ...limit, keyOf: (req: Authed) => req.user.id });
  RateLimit({ ...limit, keyOf: (req: FastifyRequest) => req.hostname });
  BreakingModule.forRoot({
    rateLimit: { limits: { burst: perSecond(1) }, keyOf: (req: Request) => req.get('x-user') },
  });
  // @ts-expect-error a key is no object
  RateLimit({ ...limit, keyOf: () => ({}) });
});

test('decorators stand on classes and methods, with options or false', () => {
  @RateLimit(limit)
  @CircuitBreaker(breaker)
  @ConcurrencyLimit({ limit: 1 })
  class Cats {
    constructor(@InjectLimiter('cats') readonly limiter: RateLimiter<BucketStore>) {}

    @RateLimit(false) @CircuitBreaker(false) @ConcurrencyLimit(false) list() {}
  }
  expectTypeOf<Cats['limiter']['name']>().toEqualTypeOf<string>();
  // @ts-expect-error an option that there is not
  RateLimit({ ...limit, ttl: 60 });
  // @ts-expect-error a breaker needs its options
  expect(() => CircuitBreaker(true)).toThrow(TypeError);
});

test('CircuitBreaker is the class of core too', () => {
  const made = new CircuitBreaker(breaker);
  expectTypeOf(made).toEqualTypeOf<Breaker>();
  expectTypeOf(made.state).toEqualTypeOf<'closed' | 'open' | 'halfOpen'>();
});

test('options may be created from injected providers', () => {
  BreakingModule.forRootAsync({
    inject: ['N'],
    useFactory: async (n: number) => ({ rateLimit: perMinute(n) }),
  });
  // @ts-expect-error no options
  BreakingModule.forRootAsync({ useFactory: () => 5 });
});
