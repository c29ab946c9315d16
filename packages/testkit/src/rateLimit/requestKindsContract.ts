import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { Held, turn } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

/** Every kind of request counts, however it ends. */
export function requestKindsContract(adapter: AdapterUnderTest): void {
  describe('what counts', () => {
    test("HEAD shares GET's bucket", async () => {
      const served = await serve(adapter, { gates: [limit(upTo(2))] });
      expect((await served.ask({ method: 'HEAD' })).headers.ratelimit).toBe('"default";r=1;t=10');
      expect((await served.get()).headers.ratelimit).toBe('"default";r=0;t=10');
      expect((await served.ask({ method: 'HEAD' })).status).toBe(429);
    });

    if (adapter.seesMatchedRoutesOnly) unmatchedDoNot(adapter);
    else unmatchedDo(adapter);

    test('a request with a body counts, and is also answered if it is refused', async () => {
      const served = await serve(adapter, { gates: [limit(upTo(1))] });
      const post = { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'x'.repeat(100_000) };
      expect((await served.ask(post)).status).toBe(200);
      expect((await served.ask(post)).status).toBe(429);
      expect((await served.get()).status).toBe(429);
    });

    const keeps = adapter.keepsFieldsOnError;
    test(`a request whose handler throws counts, and the 500 ${keeps ? 'shows' : 'does not show'} the limit`, async () => {
      const served = await serve(adapter, {
        gates: [limit(upTo(2))],
        handler: () => {
          throw new Error('broken');
        },
      });
      const { status, headers } = await served.get();
      expect(status).toBe(500);
      expect(headers.ratelimit).toBe(keeps ? '"default";r=1;t=10' : undefined);
      await served.get();
      expect((await served.get()).status).toBe(429);
    });

    testWhere(!adapter.answersErrorsOutside)("an app's own answer to an error shows the limit", async () => {
      const served = await serve(adapter, {
        gates: [limit(upTo(2))],
        handler: async () => {
          throw new Error('broken');
        },
        errorHandler: (_error, io) => io.send(200, 'masked'),
      });
      const { status, headers, body } = await served.get();
      expect({ status, body, limit: headers.ratelimit }).toEqual({
        status: 200,
        body: 'masked',
        limit: '"default";r=1;t=10',
      });
    });

    testWhere(!adapter.answersWithResponse)('a hijacked response is left alone', async () => {
      const served = await serve(adapter, {
        gates: [limit(upTo(1))],
        handler: io => {
          io.hijack();
          io.res.writeHead(200).end('raw');
        },
      });
      expect(await served.get()).toMatchObject({ status: 200, body: 'raw' });
      expect((await served.get()).status).toBe(429);
    });

    testWhere(!adapter.answersWithResponse).each([
      { what: 'lets pass', cost: 1 },
      { what: 'would refuse', cost: 9 },
    ])(
      'a request that it $what, and that somebody else answered meanwhile, is left alone',
      async ({ cost }) => {
        const key = new Held<string>();
        const served = await serve(adapter, {
          gates: [limit({ ...upTo(5), keyOf: () => key.promise, costOf: () => cost })],
          handler: io => {
            if (!io.res.headersSent) io.send(200, 'ok');
          },
        });
        let connections = 0;
        served.server.on('connection', () => connections++);
        served.server.once('request', (_req, res: ServerResponse) => res.writeHead(503).end('overloaded'));
        expect(await served.get()).toMatchObject({ status: 503, body: 'overloaded' });
        key.release('k');
        await turn();
        expect((await served.get()).status).toBe(cost === 9 ? 429 : 200);
        expect(connections).toBe(1);
      },
    );

    test('pipelined requests are counted and answered in order', async () => {
      const served = await serve(adapter, { gates: [limit(upTo(2))] });
      const socket = served.connection().setEncoding('utf8');
      const requests = ['', '', '', 'Connection: close\r\n'];
      socket.write(requests.map(field => `GET / HTTP/1.1\r\nHost: test\r\n${field}\r\n`).join(''));
      let received = '';
      socket.on('data', chunk => {
        received += chunk;
      });
      await once(socket, 'close');
      const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
      expect(statuses).toEqual(['200', '200', '429', '429']);
    });
  });
}

/** Requests that match no route of the application count. */
function unmatchedDo(adapter: AdapterUnderTest): void {
  test('a preflight counts like any request', async () => {
    const served = await serve(adapter, { gates: [limit(upTo(1))] });
    const headers = { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' };
    expect((await served.ask({ method: 'OPTIONS', headers })).status).not.toBe(429);
    expect((await served.ask({ method: 'OPTIONS', headers })).status).toBe(429);
    expect((await served.get()).status).toBe(429);
  });

  test("a request without a matching route counts, and the framework's 404 shows the limit", async () => {
    const served = await serve(adapter, { gates: [limit(upTo(2))] });
    const { status, headers } = await served.ask({ path: '/nowhere' });
    expect({ status, limit: headers.ratelimit }).toEqual({ status: 404, limit: '"default";r=1;t=10' });
    await served.ask({ path: '/elsewhere' });
    expect((await served.ask({ path: '/nowhere' })).status).toBe(429);
  });
}

/** Requests that match no route do not count if gates are behind the router. */
function unmatchedDoNot(adapter: AdapterUnderTest): void {
  test('preflights and requests without a matching route do not count', async () => {
    const served = await serve(adapter, { gates: [limit(upTo(1))] });
    const headers = { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' };
    for (const asked of [{ method: 'OPTIONS', headers }, { path: '/nowhere' }, { path: '/elsewhere' }]) {
      expect((await served.ask(asked)).headers.ratelimit).toBeUndefined();
    }
    expect(await served.statuses('/', '/')).toEqual([200, 429]);
  });
}
