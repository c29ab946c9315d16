// Handlers of Request and Response on the server of Bun or Deno: guarded, and in a Hono app.
import assert from 'node:assert/strict';
import * as onHono from '@breaking/hono';
import { bunAddress, denoAddress, guard, perMinute } from '@breaking/web';
import { Hono } from 'hono';

const onBun = typeof globalThis.Bun !== 'undefined';
// Each of the two modules loads only in its own runtime.
const { getConnInfo } = await import(onBun ? 'hono/bun' : 'hono/deno');
const serve = handler =>
  onBun
    ? globalThis.Bun.serve({ port: 0, fetch: handler }).port
    : globalThis.Deno.serve({ port: 0, onListen() {} }, handler).addr.port;

const limited = guard(() => new Response('ok'), {
  rateLimit: { ...perMinute(1), addressOf: onBun ? bunAddress : denoAddress },
});
const broken = guard(() => new Response('broken', { status: 500 }), {
  circuitBreaker: { errorThreshold: 1, timeWindowSecs: 60 },
});
let isCancelled = false;
const endless = guard(
  () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise(resolve => setTimeout(resolve, 5));
          controller.enqueue(new Uint8Array(10_000));
        },
        cancel() {
          isCancelled = true;
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

const port = serve((request, info) => {
  const { pathname } = new URL(request.url);
  const handlers = { '/limited': limited, '/broken': broken, '/endless': endless };
  // On Bun, Hono's getConnInfo reads the server from the environment.
  return handlers[pathname]?.(request, info) ?? app.fetch(request, onBun ? { server: info } : info);
});
const ask = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);

const answers = [];
for (const path of ['/limited', '/broken', '/hono', '/hono/broken']) {
  for (let i = 0; i < 2; i++) {
    const answer = await ask(path);
    await answer.text();
    answers.push(answer.status);
  }
}
assert.deepEqual(answers, [200, 429, 500, 503, 200, 429, 500, 503]);
assert.match((await ask('/limited')).headers.get('ratelimit'), /^"default";r=0;t=\d+$/);
assert.match(
  await limited.keyOf(
    new Request('http://localhost'),
    onBun ? { requestIP: () => ({ address: '::1' }) } : { remoteAddr: { hostname: '::1' } },
  ),
  /^ip:/,
);

// When a client leaves, its place is free and its stream is cancelled.
const client = new AbortController();
const answer = await ask('/endless', { signal: client.signal });
await answer.body.getReader().read();
assert.equal((await ask('/endless')).status, 503);
client.abort();
while (endless.concurrency.get().inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5));
assert.equal(isCancelled, true);
if (onBun) process.exit();
else globalThis.Deno.exit();
