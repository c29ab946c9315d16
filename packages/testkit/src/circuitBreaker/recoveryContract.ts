import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, sendOk } from '../adapterUnderTest.js';
import { Held, until } from '../observed.js';
import { type GuardedServer, guardedServer, never } from './guardedServer.js';

const statusOf = async (server: GuardedServer) => (await server.get()).status;

/** How a breaker closes again. */
export function recoveryContract(adapter: AdapterUnderTest): void {
  describe('a circuit breaker that recovers', () => {
    it('closes when the first probe after the cool-down succeeds', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.open();
      server.clock.advanceBy(9.99);
      expect(await statusOf(server)).toBe(503);
      server.clock.advanceBy(0.01);
      expect(await statusOf(server)).toBe(200);
      expect(await statusOf(server)).toBe(200);
    });

    it('waits twice as long when the probe fails', async () => {
      const server = await guardedServer(adapter, io => io.send(500, ''));
      await server.open();
      server.clock.advanceBy(10);
      expect(await statusOf(server)).toBe(500);
      const refused = await server.get();
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '20']);
    });

    it('admits one of 200 simultaneous requests', async () => {
      const probe = new Held();
      const server = await guardedServer(adapter, async io => {
        await probe.promise;
        io.send(200, 'ok');
      });
      await server.open();
      server.clock.advanceBy(10);
      const received = pipelined(server, 20, 10);
      await server.settled(2 + 199);
      probe.release();
      await server.settled(2 + 199 + 1);
      await until(() => received().length === 200);
      expect(received().filter(status => status === '200')).toHaveLength(1);
      expect(received().filter(status => status === '503')).toHaveLength(199);
      expect(server.handled).toBe(2 + 1);
    });

    it('admits another probe when the client of the last one hangs up', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.open();
      server.clock.advanceBy(10);
      server.handler = never;
      await server.abandoned();
      await server.settled(3);
      server.handler = sendOk;
      expect(await statusOf(server)).toBe(200);
    });

    it('admits another probe in time when the last one is never answered', async () => {
      const server = await guardedServer(adapter, sendOk);
      await server.open();
      server.clock.advanceBy(10);
      const { handled } = server;
      server.handler = never;
      await server.served.abandoned();
      await until(() => server.handled !== handled);
      server.handler = sendOk;
      expect(await statusOf(server)).toBe(503);
      server.clock.advanceBy(20);
      expect(await statusOf(server)).toBe(200);
    });

    it('closes after probeSuccesses successful probes in a row', async () => {
      const transitions: string[] = [];
      const server = await guardedServer(adapter, sendOk, {
        probeSuccesses: 2,
        onTransition: ({ to }) => void transitions.push(to),
      });
      await server.open();
      server.clock.advanceBy(10);
      await server.get();
      expect(transitions).toEqual(['open', 'halfOpen']);
      await server.get();
      expect(transitions).toEqual(['open', 'halfOpen', 'closed']);
    });
  });
}

/** Sends requests on several connections without waiting for responses. @returns the statuses received so far */
function pipelined(server: GuardedServer, connections: number, requests: number): () => readonly string[] {
  let received = '';
  for (let connection = 0; connection < connections; connection++) {
    const socket = server.served.connection();
    socket.on('data', chunk => {
      received += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(requests));
  }
  return () => Array.from(received.matchAll(/HTTP\/1.1 (\d+)/g), match => match[1] as string);
}
