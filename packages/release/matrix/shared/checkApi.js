import assert from 'node:assert/strict';
import { createServer } from 'node:http';

/**
 * Checks the routes under `/api` of a framework: one with a limit of one, one with a breaker, and one with an endless
 * stream and a concurrency limit of one.
 * @param {import('node:http').RequestListener} listener
 * @param {(ask: (path: string) => Promise<Response>) => Promise<void>} more further checks
 */
export async function checkApi(listener, more = async () => {}) {
  const server = createServer(listener);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const ask = (path, init) => fetch(`http://127.0.0.1:${server.address().port}/api/${path}`, init);

  const answers = [];
  // The framework is behind one proxy: everything before the last address comes from the client.
  for (const [path, forwarded] of [
    ['limited', '192.0.2.1'],
    ['limited', '203.0.113.9, 192.0.2.1'],
    ['limited', '192.0.2.2'],
    ['broken', '192.0.2.1'],
    ['broken', '192.0.2.1'],
  ]) {
    const { status, headers } = await ask(path, { headers: { 'X-Forwarded-For': forwarded } });
    answers.push([status, headers.has('retry-after')]);
  }
  assert.deepEqual(answers, [
    [200, false],
    [429, true],
    [200, false],
    [500, false],
    [503, true],
  ]);

  await more(ask);

  // The beginning of a stream arrives before its end, and when a client leaves, its place is free.
  const client = new AbortController();
  const answer = await ask('endless', { signal: client.signal });
  await answer.body.getReader().read();
  assert.equal((await ask('endless')).status, 503);
  client.abort();
  for (let status = 503; status !== 200; ) {
    const next = new AbortController();
    ({ status } = await ask('endless', { signal: next.signal }));
    next.abort();
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  process.exit();
}
