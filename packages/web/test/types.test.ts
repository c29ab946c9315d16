import type { Decision } from '@breaking/core';
import type { Outcome } from '@breaking/http';
import {
  bunAddress,
  decisionOf,
  denoAddress,
  guard,
  perMinute,
  type RateLimitOptions,
  type RateLimitSettings,
} from '@breaking/web';
import { expectTypeOf, test } from 'vitest';

const limit = perMinute(1);
const breaker = { errorThreshold: 5, timeWindowSecs: 60 };

interface Info {
  readonly remoteAddr: { readonly transport: 'tcp'; readonly hostname: string };
  readonly completed: Promise<void>;
}

test('a guarded handler is still a handler of its runtime, whether it takes the info or not', () => {
  type DenoHandler = (request: Request, info: Info) => Response | Promise<Response>;
  const guarded = guard(() => new Response(), { rateLimit: { ...limit, addressOf: denoAddress } });
  expectTypeOf(guarded).toExtend<DenoHandler>();
  const informed = guard((_request: Request, info: Info) => new Response(info.remoteAddr.hostname), {
    rateLimit: { ...limit, addressOf: denoAddress },
  });
  expectTypeOf(informed).toExtend<DenoHandler>();
  expectTypeOf(informed).parameters.toExtend<[Request, Info, ...unknown[]]>();
  interface Server {
    requestIP(request: Request): { address: string; family: string; port: number } | null;
    upgrade(request: Request): boolean;
  }
  const onBun = guard((_request: Request, _server: Server) => new Response(), {
    rateLimit: { ...limit, addressOf: bunAddress },
  });
  expectTypeOf(onBun).toExtend<(request: Request, server: Server) => Promise<Response>>();
});

test('callbacks get the request that the handler takes, and addressOf its info', () => {
  class NextRequest extends Request {
    readonly nextUrl = new URL('http://localhost');
  }
  const GET = guard(
    async (_request: NextRequest, _context: { params: Promise<{ id: string }> }) => new Response(),
    {
      rateLimit: {
        ...limit,
        addressOf(request, info) {
          expectTypeOf(request).toEqualTypeOf<NextRequest>();
          expectTypeOf(info).toEqualTypeOf<{ params: Promise<{ id: string }> }>();
          return request.headers.get('x-real-ip');
        },
        refundWhen(outcome, request) {
          expectTypeOf(outcome).toEqualTypeOf<Outcome>();
          return request.nextUrl.pathname === '/';
        },
      },
      circuitBreaker: { ...breaker, keyOf: request => request.nextUrl.host },
    },
  );
  expectTypeOf(GET).toBeCallableWith(new NextRequest('http://localhost'), {
    params: Promise.resolve({ id: '1' }),
  });
  // @ts-expect-error The handler takes a context.
  void (() => GET(new NextRequest('http://localhost')));
  expectTypeOf(decisionOf).returns.toEqualTypeOf<Decision | undefined>();
});

test('options may be declared apart from the handler, and options without limits do not compile', () => {
  const options: RateLimitOptions = { ...limit, keyOf: request => request.headers.get('x-user') };
  guard(() => new Response(), { rateLimit: options });
  // @ts-expect-error There is no limit.
  const none: RateLimitOptions = { keyOf: () => 'k' };
  expectTypeOf(none).toExtend<object>();
});

test('shared settings can be spread together with the limits of a service', () => {
  const company: RateLimitSettings<Request> = { headers: 'draft-7', keyOf: req => req.headers.get('x-user') };
  const handler = () => new Response();
  guard(handler, { rateLimit: { ...company, ...perMinute(5) } });
  guard(handler, { rateLimit: { ...company, limits: { burst: perMinute(1) } } });
  // @ts-expect-error: settings alone are no limit
  expectTypeOf<typeof company>().toExtend<RateLimitOptions<Request>>();
});
