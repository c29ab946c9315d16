import { guard, perMinute } from '@breaking/web';

const limited = guard((_request, { params }) => Response.json({ hello: 'world', params }), {
  rateLimit: {
    ...perMinute(1),
    addressOf: request => request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim(),
  },
});

export const GET = context => limited(context.request, context);
