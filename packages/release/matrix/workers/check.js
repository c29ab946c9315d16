// Bundles the worker as wrangler does, and sends requests to it in workerd, the runtime of Cloudflare Workers.
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const [, , compatibilityDate] = process.argv;
const { outputFiles } = await build({
  entryPoints: ['worker.js'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker', 'browser'],
  external: ['node:*'],
});
const start = compatibilityFlags =>
  new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0].text }],
    compatibilityDate,
    compatibilityFlags,
    // Ignores the output of the worker and workerd.
    handleRuntimeStdio: () => {},
    cf: false,
  });

// `nodejs_compat` is required: without a flag, and with only the one for AsyncLocalStorage, the worker does not start.
for (const flags of [[], ['nodejs_als']]) {
  const unable = start(flags);
  await assert.rejects(unable.ready, { code: 'ERR_RUNTIME_FAILURE' });
  await unable.dispose().catch(() => {});
}

const miniflare = start(['nodejs_compat']);
const url = await miniflare.ready;
const ask = (path, init) =>
  fetch(new URL(path, url), { headers: { 'CF-Connecting-IP': '192.0.2.1' }, ...init });

const answers = [];
for (const path of [
  '/limited',
  '/broken',
  '/unaddressed',
  '/hono',
  '/hono/broken',
  '/refunded',
  '/refunded',
]) {
  for (let i = 0; i < 2; i++) {
    const answer = await ask(path);
    await answer.text();
    answers.push(answer.status);
  }
}
assert.deepEqual(answers, [200, 429, 500, 503, 200, 429, 200, 429, 500, 503, 200, 200, 200, 200]);

const client = new AbortController();
const answer = await ask('/endless', { signal: client.signal });
await answer.body.getReader().read();
assert.equal((await ask('/endless')).status, 503);
client.abort();
while ((await (await ask('/inFlight')).text()) !== '0') await new Promise(resolve => setTimeout(resolve, 50));
await miniflare.dispose();
