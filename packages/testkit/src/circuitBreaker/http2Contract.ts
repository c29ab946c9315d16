import { constants } from 'node:http2';
import { Readable } from 'node:stream';
import { MockClock } from '@breaking/core';
import { describe, expect, it } from 'vitest';
import { type AdapterUnderTest, type Handler, type Scenario, sendOk } from '../adapterUnderTest.js';
import { breakerOutcomes, turn, until } from '../observed.js';
import { listenHttp2 } from '../servedHttp2.js';
import { fail, never } from './guardedServer.js';

const NO_LONGER_WANTED = constants.NGHTTP2_CANCEL;

/** HTTP/2 behaves the same, if the framework supports it: a reset stream is a client that has left. */
export function http2Contract({ mountHttp2 }: AdapterUnderTest): void {
  if (mountHttp2 === undefined) return;

  /** A server with a breaker that one failure opens for ten seconds. Its handler may be changed between two requests. */
  const guarded = async (handler: Handler, errorHandler?: Scenario['errorHandler']) => {
    const clock = new MockClock();
    const options = { name: 'h2', errorThreshold: 1, timeWindowSecs: 10, clock };
    const told = breakerOutcomes();
    const now = { handler };
    const served = await listenHttp2(
      await mountHttp2({
        gates: [{ kind: 'circuitBreaker', options }],
        handler: io => now.handler(io),
        ...(errorHandler && { errorHandler }),
      }),
    );
    /** Waits until so many requests have been settled or refused, and checks that there are no more. */
    const outcomes = async (count: number) => {
      await until(() => told().length >= count);
      for (let turns = 0; turns < 5; turns++) await turn();
      return told().map(each => each.replace('h2 ', ''));
    };
    return { served, clock, now, outcomes };
  };

  describe('over HTTP/2 a circuit breaker', () => {
    it('counts by the final status, refuses with a 503, and closes again', async () => {
      const { served, clock, now, outcomes } = await guarded(sendOk);
      expect(await served.get()).toMatchObject({ status: 200, body: 'ok' });
      now.handler = fail;
      expect((await served.get()).status).toBe(500);
      const { status, headers, body } = await served.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'retry-after': '10',
      });
      expect(JSON.parse(body)).toMatchObject({ title: 'Service Unavailable' });
      clock.advanceBy(10);
      now.handler = sendOk;
      expect((await served.get()).status).toBe(200);
      expect(await outcomes(4)).toEqual(['success', 'failure', 'refused', 'success']);
    });

    it('counts a thrown error once, and ignores an error that the app answers with a 200', async () => {
      const thrown = await guarded(() => Promise.reject(new Error('boom')));
      expect((await thrown.served.get()).status).toBe(500);
      expect(await thrown.outcomes(1)).toEqual(['failure']);
      const masked = await guarded(
        () => Promise.reject(new Error('boom')),
        (_error, io) => io.send(200, 'masked'),
      );
      expect((await masked.served.get()).status).toBe(200);
      expect(await masked.outcomes(1)).toEqual(['success']);
    });

    it('ignores a request whose client resets its stream before the response', async () => {
      const { served, outcomes } = await guarded(never);
      (await served.received()).close(NO_LONGER_WANTED);
      expect(await outcomes(1)).toEqual(['ignored']);
    });

    it('counts a request as a success if the client resets its stream in the middle of the response', async () => {
      const endless = new Readable({ read() {} });
      endless.push('the first part');
      const { served, outcomes } = await guarded(io => io.stream(endless));
      const stream = served.open().on('error', () => {});
      stream.once('data', () => stream.close(NO_LONGER_WANTED));
      expect(await outcomes(1)).toEqual(['success']);
    });

    it('ignores all requests of a connection that breaks, each once', async () => {
      const { served, outcomes } = await guarded(never);
      for (let requests = 0; requests < 3; requests++) await served.received();
      await served.abandon();
      expect(await outcomes(3)).toEqual(['ignored', 'ignored', 'ignored']);
    });

    it('counts a stream that breaks while it is sent as a failure', async () => {
      const source = Readable.from(brokenOff());
      const ended = new Promise<void>(resolve => source.once('close', () => resolve()));
      const { served, outcomes } = await guarded(io => io.stream(source));
      const stream = served
        .open()
        .on('error', () => {})
        .resume();
      await ended;
      await turn();
      // Koa 2 leaves such a response open, so the client has to abort.
      stream.close(NO_LONGER_WANTED);
      expect(await outcomes(1)).toEqual(['failure']);
    });

    it('admits another probe when the client of the last one resets its stream', async () => {
      const { served, clock, now, outcomes } = await guarded(fail);
      await served.get();
      clock.advanceBy(10);
      now.handler = never;
      (await served.received()).close(NO_LONGER_WANTED);
      await outcomes(2);
      now.handler = sendOk;
      expect((await served.get()).status).toBe(200);
      expect(await outcomes(3)).toEqual(['failure', 'ignored', 'success']);
    });
  });
}

async function* brokenOff(): AsyncGenerator<string> {
  yield 'the first part';
  throw new Error('boom');
}
