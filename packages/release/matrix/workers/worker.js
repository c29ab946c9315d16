import * as onHono from '@breaking/hono';
import { cloudflareAddress, guard, perMinute } from '@breaking/web';
import { Hono } from 'hono';
import { getConnInfo } from 'hono/cloudflare-workers';

// All limits are made before the first request. At that time, Workers have no random numbers and no timers.
const limited = guard(() => new Response('ok'), {
  rateLimit: { ...perMinute(1), addressOf: cloudflareAddress },
});
const broken = guard(() => new Response('broken', { status: 500 }), {
  circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
});
const unaddressed = guard(() => new Response('ok'), {
  rateLimit: { ...perMinute(1), keyOf: () => undefined },
});
const refunded = guard(() => new Response('ok'), {
  rateLimit: { ...perMinute(1), keyOf: () => 'k', refundWhen: async ({ status }) => status === 200 },
});
const endless = guard(
  () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await scheduler.wait(50);
          controller.enqueue(new Uint8Array(300_000));
        },
      }),
    ),
  { concurrencyLimit: { limit: 1 } },
);
const app = new Hono()
  .use('/hono', onHono.rateLimit({ ...perMinute(1), addressOf: c => getConnInfo(c).remote.address }))
  .get('/hono', c => c.text(String(c.get('rateLimit').allowed)))
  .get('/hono/broken', onHono.circuitBreaker({ errorThreshold: 1, timeWindowSecs: 60 }), () => {
    throw new Error('boom');
  });
app.onError((error, c) => c.text(error.message, 500));

const handlers = {
  '/limited': limited,
  '/broken': broken,
  '/unaddressed': unaddressed,
  '/refunded': refunded,
  '/endless': endless,
  '/inFlight': () => new Response(String(endless.concurrency.get().inFlight)),
};

export default {
  fetch(request, env, ctx) {
    const handler = handlers[new URL(request.url).pathname];
    return handler === undefined ? app.fetch(request, env, ctx) : handler(request, env, ctx);
  },
};
