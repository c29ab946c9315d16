import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, sendOk } from '../adapterUnderTest.js';
import { Held, turn, until } from '../observed.js';
import { testWhere } from '../testWhere.js';
import { type LimitedServer, limitedServer } from './limitedServer.js';

/** Requests that end by themselves. */
const ENDINGS: readonly (readonly [string, Handler])[] = [
  ['an answer', sendOk],
  ['an answer of 500', io => io.send(500, 'broken')],
  ['an error that is thrown', () => thrown(new Error('boom'))],
  ['a rejection', () => Promise.reject(new Error('boom'))],
  ['a stream that ends', io => io.stream(Readable.from(['a', 'b']))],
  ['a large answer', io => io.send(200, 'x'.repeat(1_000_000))],
  [
    'a response that is destroyed',
    io => {
      io.hijack();
      io.res.destroy();
    },
  ],
  [
    'a response that is destroyed with an error',
    io => {
      io.hijack();
      io.res.on('error', () => {}).destroy(new Error('boom'));
    },
  ],
  [
    'a connection that is reset',
    io => {
      io.hijack();
      io.req.socket.resetAndDestroy();
    },
  ],
];

/** Each place is freed exactly once, however the request ends. */
export function releaseContract(adapter: AdapterUnderTest): void {
  describe('a place is free again, once,', () => {
    testWhere(!adapter.answersWithResponse)('after a hijacked response', async () => {
      const handler: Handler = io => {
        io.hijack();
        io.res.end('raw');
      };
      const server = await limitedServer(adapter, {}, { handler });
      await asked(server);
      expect(await server.freeAgain()).toBe(0);
    });

    it.each(ENDINGS)('after %s', async (_title, handler) => {
      const server = await limitedServer(adapter, {}, { handler });
      await asked(server);
      expect(await server.freeAgain()).toBe(0);
    });

    it.each(['HEAD', 'POST'])('after %s', async method => {
      const server = await limitedServer(adapter, {}, { handler: sendOk });
      await server.served.ask({ method, ...(method === 'POST' && { body: 'x'.repeat(100_000) }) });
      expect(await server.freeAgain()).toBe(0);
    });

    it("after the framework's own 404", async () => {
      const server = await limitedServer(adapter);
      expect((await server.served.ask({ path: '/none' })).status).toBe(404);
      expect(await server.freeAgain()).toBe(0);
    });

    it('when the client leaves while the handler works, whatever the handler does later', async () => {
      const server = await limitedServer(adapter);
      const { answer } = await server.abandoned();
      expect(await server.freeAgain()).toBe(0);
      answer();
      expect(await server.freeAgain()).toBe(0);
    });

    it('when the handler never answers and the client gives up', async () => {
      const server = await limitedServer(adapter, {}, { handler: io => io.hijack() });
      const { abandon } = await server.served.abandoned();
      expect(await server.refuses()).toBe(true);
      await abandon();
      expect(await server.freeAgain()).toBe(0);
    });

    it('when the client leaves before it is admitted', async () => {
      const key = new Held<undefined>();
      let isHeld = true;
      const server = await limitedServer(adapter, { keyOf: () => (isHeld ? key.promise : undefined) });
      const { abandon } = await server.served.abandoned();
      isHeld = false;
      await abandon();
      key.release(undefined);
      expect(await server.freeAgain()).toBe(0);
    });

    it('when the client leaves in the middle of the response', async () => {
      const endless = new Readable({ read() {} });
      endless.push('the first part');
      const server = await limitedServer(adapter, {}, { handler: io => io.stream(endless) });
      const sent = server.served.open().on('error', () => {});
      const [response] = await once(sent, 'response');
      response.on('error', () => {});
      await once(response, 'data');
      expect(await server.refuses()).toBe(true);
      sent.destroy();
      expect(await server.freeAgain()).toBe(0);
    });

    it('when a stream breaks in the middle of the response', async () => {
      const source = Readable.from(brokenOff());
      const server = await limitedServer(adapter, {}, { handler: io => io.stream(source) });
      const sent = server.served.open().on('error', () => {});
      sent.on('response', response => response.on('error', () => {}).resume());
      await until(() => source.destroyed);
      await turn();
      // Koa 2 leaves such a response open, so the client has to abort.
      sent.destroy();
      expect(await server.freeAgain()).toBe(0);
    });

    testWhere(!adapter.answersWithResponse)(
      'when the client leaves while its answer waits for an earlier one on its connection',
      async () => {
        const server = await limitedServer(adapter, { limit: 2 }, { handler: io => io.hijack() });
        const { abandon } = await server.served.pipelined(2);
        await until(() => server.decisions.length === 2);
        expect(await server.refuses()).toBe(true);
        await abandon();
        expect(await server.freeAgain()).toBe(0);
      },
    );

    it('when the client leaves after its response', async () => {
      const server = await limitedServer(adapter, {}, { handler: sendOk });
      await server.served.get();
      server.served.server.closeAllConnections();
      expect(await server.freeAgain()).toBe(0);
    });

    testWhere(!adapter.meetsGatesOnce)('although the request meets the same limit twice', async () => {
      const gate = { kind: 'concurrencyLimit' as const, options: { limit: 2 } };
      const server = await limitedServer(adapter, {}, { gates: () => [gate, gate], handler: sendOk });
      await server.served.get();
      expect(await server.freeAgain()).toBe(0);
      expect(server.decisions.map(({ allowed }) => allowed)).toEqual([true, true]);
    });

    it('and no listener remains on the response', async () => {
      const limited = await limitedServer(adapter, {}, { handler: sendOk });
      const bare = await limitedServer(adapter, {}, { gates: () => [], handler: sendOk });
      expect(await listenersLeft(limited)).toEqual(await listenersLeft(bare));
    });
  });
}

/** Sends a request and waits for its end, with or without a response. */
async function asked(server: LimitedServer): Promise<void> {
  await server.served.get().catch(() => {});
}

async function listenersLeft({ served }: LimitedServer): Promise<readonly number[]> {
  const received = once(served.server, 'request');
  await served.get();
  const [, res] = await received;
  if (!res.closed) await once(res, 'close');
  await turn();
  return ['finish', 'close', 'pipe', 'error'].map(event => res.listenerCount(event));
}

async function* brokenOff(): AsyncGenerator<string> {
  yield 'the first part';
  throw new Error('boom');
}

function thrown(value: unknown): never {
  throw value;
}
