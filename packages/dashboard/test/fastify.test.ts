import breaking, { perDay } from '@breaking/fastify';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { dashboard } from '../src/fastify.js';

const authorize = () => true;

test('the plugin does not limit the page on its instance, and has no breaker for it', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  const circuitBreaker = { errorThreshold: 1, timeWindowSecs: 60 };
  await app.register(breaking, { rateLimit: perDay(1), concurrencyLimit: { limit: 1 }, circuitBreaker });
  await app.register(dashboard({ watch: [app.breaking], authorize }), { prefix: '/ops' });
  app.get('/', async () => 'home');
  const statusOf = async (path: string) => (await fetch(url + path)).status;
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const stream = await fetch(`${url}/ops/events`);
  expect([await statusOf('/ops/'), await statusOf('/ops/page.js')]).toEqual([200, 200]);
  expect([await statusOf('/'), await statusOf('/')]).toEqual([200, 429]);
  expect([...app.breaking.breakers.keys()]).toEqual(['GET /']);
  await stream.body?.cancel();
});

test('routes that are declared after the page are on it', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(breaking);
  await app.register(dashboard({ watch: [app.breaking], authorize }), { prefix: '/ops' });
  const config = {
    rateLimit: { name: 'late', ...perDay(9) },
    concurrencyLimit: { name: 'places', limit: 4 },
  };
  app.get('/late', { config }, async () => 'late');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const stream = await fetch(`${url}/ops/events`);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('"concurrencyLimits"')) text += (await reader.read()).value ?? '';
  for (const name of ['late', 'places']) expect(text).toContain(`"name":"${name}"`);
  await reader.cancel();
});
