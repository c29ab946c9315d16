import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import type { Outcome } from '@breaking/http';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, sendOk } from '../adapterUnderTest.js';
import { Held, until } from '../observed.js';
import { type GuardedServer, guardedServer, never } from './guardedServer.js';

/** Responses that stay open until the client leaves: events, long downloads. */
export function streamsContract(adapter: AdapterUnderTest): void {
  /** Sends the first part of a response that never ends. */
  const endless: Handler = io => {
    const source = new Readable({ read() {} });
    source.push('the first part');
    io.stream(source);
  };

  /** A stream whose first part the client has received. */
  const listening = async (server: GuardedServer): Promise<{ leave(): void; status: number }> => {
    const sent: ClientRequest = server.served.open().on('error', () => {});
    const [response] = await once(sent, 'response');
    response.on('error', () => {});
    if (response.statusCode === 200) await once(response, 'data');
    else response.resume();
    return { leave: () => void sent.destroy(), status: response.statusCode };
  };

  describe('a circuit breaker in front of streams that stay open', () => {
    it('closes as soon as the first stream has begun, and admits all others', async () => {
      const server = await guardedServer(adapter, endless);
      await server.open();
      server.clock.advanceBy(10);
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await listening(server)).status);
      expect(statuses).toEqual([200, 200, 200]);
      expect(server.outcomes).toEqual(['failure', 'failure', 'success']);
    });

    it('stays open while the first stream has not begun', async () => {
      const head = new Held();
      const server = await guardedServer(adapter, async io => {
        await head.promise;
        await endless(io);
      });
      await server.open();
      server.clock.advanceBy(10);
      const probe = listening(server);
      await until(() => server.handled === 3);
      expect((await server.get()).status).toBe(503);
      head.release();
      await probe;
      expect((await listening(server)).status).toBe(200);
    });

    it('calls isFailure once for a first stream that has begun, with its status', async () => {
      const outcomes: Outcome[] = [];
      const isFailure = (outcome: Outcome) => outcomes.push(outcome) > 0 && (outcome.status ?? 0) >= 500;
      const server = await guardedServer(adapter, endless, { isFailure });
      await server.open();
      server.clock.advanceBy(10);
      const probe = await listening(server);
      const second = await listening(server);
      expect(outcomes.slice(2)).toEqual([{ status: 200, aborted: false, durationSecs: 0 }]);
      probe.leave();
      second.leave();
      await server.settled(4);
      expect(outcomes.slice(3)).toEqual([{ aborted: true, durationSecs: 0 }]);
      expect(server.outcomes).toEqual(['failure', 'failure', 'success', 'success']);
    });

    it('waits for the end of the first stream if isFailure is asynchronous', async () => {
      const isFailure = async ({ status = 200 }: Outcome) => status >= 500;
      const server = await guardedServer(adapter, endless, { isFailure });
      await server.open();
      server.clock.advanceBy(10);
      const probe = await listening(server);
      expect((await server.get()).status).toBe(503);
      expect((await server.get()).status).toBe(503);
      probe.leave();
      await server.settled(5);
      expect(server.outcomes).toEqual(['failure', 'failure', 'refused', 'refused', 'success']);
    });

    it('does not count a long stream as slow', async () => {
      const server = await guardedServer(adapter, endless);
      const stream = await listening(server);
      server.clock.advanceBy(3600);
      stream.leave();
      await server.settled(1);
      expect(server.outcomes).toEqual(['success']);
    });
  });

  describe('a circuit breaker in front of a handler that hangs', () => {
    it('opens when clients give up after more than slowCallSecs', async () => {
      const server = await guardedServer(adapter, never, { slowCallSecs: 5 });
      for (let i = 0; i < 2; i++) {
        const { abandon } = await server.served.abandoned();
        server.clock.advanceBy(5.1);
        await abandon();
        await server.settled(i + 1);
      }
      expect(server.outcomes).toEqual(['failure', 'failure']);
      expect((await server.get()).status).toBe(503);
    });

    it('waits ten seconds by default, and for ever with Infinity', async () => {
      for (const [slowCallSecs, secs, outcome] of [
        [undefined, 10, 'ignored'],
        [undefined, 10.1, 'failure'],
        [Number.POSITIVE_INFINITY, 1e6, 'ignored'],
      ] as const) {
        const server = await guardedServer(adapter, never, { slowCallSecs });
        const { abandon } = await server.served.abandoned();
        server.clock.advanceBy(secs);
        await abandon();
        await server.settled(1);
        expect(server.outcomes).toEqual([outcome]);
      }
    });

    it('counts a response that took too long', async () => {
      const server = await guardedServer(adapter, io => {
        server.clock.advanceBy(11);
        return sendOk(io);
      });
      await server.get();
      expect(server.outcomes).toEqual(['failure']);
    });

    it('passes isFailure the time until the head of the response', async () => {
      const outcomes: Outcome[] = [];
      const isFailure = (outcome: Outcome) => outcomes.push(outcome) === 0;
      const source = new Readable({ read() {} });
      source.push('the first part');
      const handler: Handler = io => {
        server.clock.advanceBy(3);
        io.stream(source);
      };
      const server = await guardedServer(adapter, handler, { isFailure });
      const [response] = await once(server.served.open(), 'response');
      server.clock.advanceBy(4);
      source.push(null);
      response.resume();
      await server.settled(1);
      expect(outcomes).toEqual([{ status: 200, aborted: false, durationSecs: 3 }]);
    });
  });
}
