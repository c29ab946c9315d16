import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, sendOk } from '../adapterUnderTest.js';
import { Held, turn } from '../observed.js';
import { testWhere } from '../testWhere.js';
import { type GuardedServer, guardedServer, never } from './guardedServer.js';

/** Each permit is settled exactly once, however the request ends. */
export function settlingContract(adapter: AdapterUnderTest): void {
  describe('a permit is settled once', () => {
    it('when the client leaves before it is admitted', async () => {
      const key = new Held<undefined>();
      const server = await guardedServer(adapter, sendOk, { keyOf: () => key.promise });
      await server.abandoned();
      key.release(undefined);
      await settledAlone(server);
      expect(server.outcomes).toEqual(['ignored']);
    });

    it('when the client leaves while the handler works, whatever the handler does later', async () => {
      const late = new Held();
      const server = await guardedServer(adapter, async io => {
        await late.promise;
        io.send(500, 'too late');
      });
      await server.abandoned();
      late.release();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['ignored']);
    });

    it('as a success, when the client leaves while the response is being sent', async () => {
      const endless = new Readable({ read() {} });
      endless.push('the first part');
      const server = await guardedServer(adapter, io => io.stream(endless));
      const sent = server.served.open().on('error', () => {});
      const [response] = await once(sent, 'response');
      await once(response, 'data');
      response.on('error', () => {});
      sent.destroy();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['success']);
    });

    testWhere(!adapter.answersWithResponse)(
      'when the client goes while its answer waits for an earlier one on its connection',
      async () => {
        const server = await guardedServer(adapter, io => {
          if (server.handled === 1) io.hijack();
          else io.send(500, 'failed');
        });
        const { abandon } = await server.served.pipelined(2);
        await turn();
        await abandon();
        await server.settled(2);
        await turn();
        expect(server.outcomes).toEqual(['ignored', 'ignored']);
      },
    );

    it('when the client leaves after its response', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.get();
      server.served.server.closeAllConnections();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['success']);
    });

    it('when the handler never answers and the client gives up', async () => {
      const server = await guardedServer(adapter, never);
      await server.abandoned();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['ignored']);
    });

    it('as a failure, when a stream breaks while it is sent', async () => {
      const source = Readable.from(brokenOff());
      const ended = new Promise<void>(resolve => source.once('close', () => resolve()));
      const server = await guardedServer(adapter, io => io.stream(source));
      const sent = server.served.open().on('error', () => {});
      sent.on('response', response => response.on('error', () => {}).resume());
      await ended;
      await turn();
      // Koa 2 leaves such a response open, so the client has to abort.
      sent.destroy();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['failure']);
    });

    it('as a success, when a stream is destroyed with an error because the client has left', async () => {
      const source = new Readable({ read() {} }).on('error', () => {});
      source.push('the first part');
      const server = await guardedServer(adapter, io => {
        io.req.on('aborted', () => source.destroy(new Error('nobody listens')));
        io.stream(source);
      });
      const sent = server.served.open().on('error', () => {});
      const [response] = await once(sent, 'response');
      await once(
        response.on('error', () => {}),
        'data',
      );
      sent.destroy();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['success']);
    });

    testWhere(!adapter.answersWithResponse)(
      'as a failure, when the response is destroyed with an error',
      async () => {
        const server = await destroying(adapter, new Error('boom'));
        expect(server.outcomes).toEqual(['failure']);
      },
    );

    it('as an abort, when the response is destroyed without an error', async () => {
      const server = await destroying(adapter, undefined);
      expect(server.outcomes).toEqual(['ignored']);
    });

    testWhere(!adapter.meetsGatesOnce)('though the request meets the same breaker twice', async () => {
      const server = await guardedServer(
        adapter,
        sendOk,
        {},
        {
          gates: clock => {
            const options = { errorThreshold: 1, timeWindowSecs: 60, clock };
            const gate = { kind: 'circuitBreaker' as const, options };
            return [gate, gate];
          },
        },
      );
      await server.get();
      await settledAlone(server);
      expect(server.outcomes).toEqual(['success']);
    });

    it('and leaves no listener on the response', async () => {
      const guarded = await guardedServer(adapter, sendOk);
      const bare = await guardedServer(adapter, sendOk, {}, { gates: () => [] });
      expect(await listenersLeft(guarded)).toEqual(await listenersLeft(bare));
    });
  });
}

async function* brokenOff(): AsyncGenerator<string> {
  yield 'the first part';
  throw new Error('boom');
}

/** Checks that exactly one call is settled. */
async function settledAlone(server: GuardedServer): Promise<void> {
  await server.settled(1);
  for (let turns = 0; turns < 5; turns++) await turn();
}

async function destroying(adapter: AdapterUnderTest, error: Error | undefined): Promise<GuardedServer> {
  const destroy: Handler = io => {
    io.hijack();
    io.res.on('error', () => {}).destroy(error);
  };
  const server = await guardedServer(adapter, destroy);
  server.served.open().on('error', () => {});
  await settledAlone(server);
  return server;
}

async function listenersLeft(server: GuardedServer): Promise<readonly number[]> {
  const [res] = await Promise.all([server.nextResponse(), server.served.get()]);
  if (!res.closed) await once(res, 'close');
  await turn();
  return ['finish', 'close', 'pipe', 'error'].map(event => res.listenerCount(event));
}
