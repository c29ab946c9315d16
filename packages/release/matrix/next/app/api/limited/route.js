import { perMinute, RateLimiter, TooManyRequests } from '@breaking/core';

const limiter = new RateLimiter({ limits: { burst: perMinute(1) } });

export const dynamic = 'force-dynamic';

export function GET(request) {
  const decision = limiter.check(request.headers.get('x-user') ?? 'nobody');
  if (decision.allowed) return new Response('ok');
  const { status, headers, message } = new TooManyRequests(decision);
  return new Response(message, { status, headers });
}
