import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { close, listen } from '../servers.js';
import { inRepository, Readme } from './readme.js';
import { statuses } from './requests.js';
import { run, STILL } from './run.js';

/** Serves the program of a recipe's page unchanged, or a file next to it. By default no time passes for it. */
async function recipe(
  name: string,
  file = 'README.md',
  env: Record<string, string> = STILL,
): Promise<string> {
  const path = `examples/${name}/${file}`;
  const code =
    file === 'README.md' ? new Readme(path).programs[0]!.code : readFileSync(inRepository(path), 'utf8');
  return run(code, 'examples', env);
}

/** The same on Express, Koa and Fastify. */
const FILES = ['README.md', 'koa.js', 'fastify.js'];

test.each(Readme.all().filter(({ path }) => /^examples\/[\w-]+\/README\.md$/.test(path)))(
  '$path is a page of at most 60 lines',
  ({ text }) => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  },
);

describe('the recipe', () => {
  test.each(FILES)('for API keys limits each customer by plan, and a search costs ten (%s)', async file => {
    const url = await recipe('api-keys', file);
    const ask = (path: string, key: string) => fetch(url + path, { headers: { 'X-API-Key': key } });

    expect((await ask('/items', 'guessed')).status).toBe(401);
    expect(await statuses(7, () => ask('/search', 'key-of-bob'))).toEqual([...Array(6).fill(200), 429]);
    expect(await statuses(7, () => ask('/search', 'key-of-ada'))).toEqual(Array(7).fill(200));
    // Right keys do not count against their address.
    expect(await statuses(40, () => ask('/items', 'key-of-ada'))).toEqual(Array(40).fill(200));
    const guesses = await Promise.all(Array.from({ length: 90 }, () => ask('/items', 'guessed')));
    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401, 429]));
  });

  test.each(FILES)(
    'for GraphQL takes a token for each field, and refuses a query that can never fit (%s)',
    async file => {
      const url = await recipe('graphql', file);
      const ask = (query: string) =>
        fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ query }),
        });

      const answer = await ask('{ books { title author } }');
      expect(await answer.json()).toEqual({ data: { books: [{ title: 'Emma', author: 'Austen' }] } });
      expect(answer.headers.get('RateLimit')).toMatch(/^"graphql";r=47;/);
      const huge = await ask(`{ books { ${'title '.repeat(50)} } }`);
      expect([huge.status, huge.headers.get('Retry-After')]).toEqual([429, null]);
      expect((await ask('{')).status).toBe(400);
    },
  );

  test.each(FILES)('for uploads counts kilobytes before it reads them (%s)', async file => {
    const url = await recipe('uploads', file);
    const send = (bytes: number) => fetch(`${url}/upload`, { method: 'POST', body: Buffer.alloc(bytes) });

    // Both at once: the limit decides before it reads, so no time passes in between.
    const answers = await Promise.all([send(12_000_000), send(12_000_000)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 429]);
    const stored = answers.find(({ status }) => status === 201);
    expect(await stored?.json()).toEqual({ bytes: 12_000_000 });
    const chunked = new Blob(['a']).stream();
    const unknown = await fetch(`${url}/upload`, {
      method: 'POST',
      body: chunked,
      duplex: 'half',
    } as RequestInit);
    expect(unknown.status).toBe(411);
  });

  test.each(FILES)(
    'for uploads charges a client that leaves before its upload has ended (%s)',
    async file => {
      const url = await recipe('uploads', file);
      const headers = { 'Content-Length': 12_000_000, Expect: '100-continue' };
      const leaving = request(`${url}/upload`, { method: 'POST', headers });
      leaving.on('error', () => {});
      leaving.flushHeaders();
      // By then the limit has decided.
      await once(leaving, 'continue');
      leaving.destroy();

      const second = await fetch(`${url}/upload`, { method: 'POST', body: Buffer.alloc(12_000_000) });
      expect(second.status).toBe(429);
    },
  );

  test('for WebSockets limits connections, and messages on each connection', async () => {
    const url = (await recipe('websockets')).replace('http:', 'ws:');
    const open = Array.from({ length: 10 }, () => new WebSocket(url));
    await Promise.all(open.map(socket => once(socket, 'open')));
    const refused = new WebSocket(url);
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('429');

    const [first, second] = open as [WebSocket, WebSocket];
    for (let i = 0; i < 40; i++) first.send('a');
    const [code] = await once(first, 'close');
    expect(code).toBe(1008);
    second.send('still here');
    expect(String((await once(second, 'message'))[0])).toBe('still here');
    for (const socket of open) socket.terminate();
  });

  test('for development enforces depending on NODE_ENV', async () => {
    const fields = async (NODE_ENV: string) =>
      (await fetch(await recipe('development', 'README.md', { NODE_ENV }))).headers.get('RateLimit-Policy');

    expect(await fields('development')).toBeNull();
    expect(await fields('production')).toBe('"api";q=100;w=60');
  });

  test('for logging serves and logs requests', async () => {
    const url = await recipe('logging');

    // The refusal of the breaker refunds the token.
    expect(await statuses(2, () => fetch(`${url}/pay`))).toEqual([500, 503]);
    expect(await statuses(2, () => fetch(url))).toEqual([404, 429]);
  });

  test('for outgoing calls retries failures that may pass, then opens the breaker', async () => {
    const seen: string[] = [];
    const upstream = createServer((req, res) => {
      seen.push(String(req.url));
      res.writeHead(req.url === '/items/pen' && seen.length > 1 ? 200 : 500).end('{"left":3}');
    });
    onTestFinished(() => close(upstream));
    // Time passes for the pauses between attempts. The breaker's window and the timeout are longer than the test.
    const code = new Readme('examples/outgoing/README.md').programs[0]!.code.replace(
      'timeoutSecs: 3,',
      'timeoutSecs: 600,',
    ).replace('timeWindowSecs: 30 }', 'timeWindowSecs: 3000 }');
    expect(code).toMatch(/timeoutSecs: 600,[\s\S]*timeWindowSecs: 3000 }/);
    const url = await run(code, 'examples', { STOCK_URL: await listen(upstream) });

    const pen = await fetch(`${url}/items/pen`);
    expect([pen.status, await pen.json(), seen.length]).toEqual([200, { left: 3 }, 2]);
    const startMs = performance.now();
    await statuses(2, () => fetch(`${url}/items/ink`));
    const refused = await fetch(`${url}/items/ink`);
    expect([refused.status, seen.length]).toEqual([503, 6]);
    const passedSecs = (performance.now() - startMs) / 1000;
    const left = Number(refused.headers.get('Retry-After'));
    expect(left).toBeLessThanOrEqual(600);
    expect(left).toBeGreaterThanOrEqual(Math.ceil(600 - passedSecs));
  });

  test('for a shutdown serves requests before it stops', async () => {
    expect((await fetch(await recipe('shutdown'))).status).toBe(200);
  });

  test.each(FILES)('for a health route lists the breakers that are not closed (%s)', async file => {
    const url = await recipe('health', file);
    const health = async () =>
      (await (await fetch(`${url}/health`)).json()) as { status: string; open: { retryAfterSecs: number }[] };

    expect(await health()).toEqual({ status: 'ok', open: [] });
    expect(await statuses(3, () => fetch(`${url}/shops/down`))).toEqual([502, 502, 503]);
    expect(await statuses(1, () => fetch(`${url}/shops/up`))).toEqual([200]);
    const { status, open } = await health();
    expect([status, open]).toMatchObject([
      'degraded',
      [{ name: 'shops', key: 'down', state: 'open', retryAfterSecs: 30 }],
    ]);
    expect(open).toHaveLength(1);
  });

  test.each(FILES)(
    'for charging afterwards takes an estimate first, and then the difference (%s)',
    async file => {
      const url = await recipe('charge', file);
      const chat = async (length: number) => {
        const answer = await fetch(`${url}/chat`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ prompt: 'word'.repeat(length) }),
        });
        await answer.text();
        return [answer.status, Number(/;r=(\d+)/.exec(answer.headers.get('RateLimit') ?? '')?.[1])];
      };

      expect(await chat(20)).toEqual([200, 900]);
      // 80 of 100 tokens have returned, and another 100 are taken.
      expect(await chat(5000)).toEqual([200, 880]);
      // A response of 5,000 tokens takes all tokens that there are.
      expect((await chat(1))[0]).toBe(429);
    },
  );
});
