import { guard, perMinute } from '@breaking/web';

export const dynamic = 'force-dynamic';

export const GET = guard(() => Response.json({ hello: 'world' }), {
  rateLimit: {
    ...perMinute(1),
    addressOf: request => request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim(),
  },
});
