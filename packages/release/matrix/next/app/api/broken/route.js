import { guard } from '@breaking/web';

export const dynamic = 'force-dynamic';

export const GET = guard(() => new Response('broken', { status: 500 }), {
  circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
  concurrencyLimit: { limit: 5 },
});
