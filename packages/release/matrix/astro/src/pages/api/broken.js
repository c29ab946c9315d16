import { guard } from '@breaking/web';

const broken = guard(() => new Response('broken', { status: 500 }), {
  circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
});

export const GET = ({ request }) => broken(request);
