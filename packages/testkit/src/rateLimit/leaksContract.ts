import { errorMonitor, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest, Handler, Scenario } from '../adapterUnderTest.js';
import { Held, turn, until } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

const EVENTS = ['finish', 'close', 'pipe', 'error', 'end', 'aborted'];

function listenersOn(res: ServerResponse): readonly number[] {
  return [res.req, res].flatMap(emitter => EVENTS.map(event => emitter.listenerCount(event)));
}

/** What remains of a request. */
export function leaksContract(adapter: AdapterUnderTest): void {
  describe('when it is over', () => {
    /** The listeners on request and response after the request is closed. */
    const leftBy = async (scenario: Scenario, aborts: boolean) => {
      const served = await serve(adapter, scenario);
      const { abandon, res } = await served.abandoned();
      const closed = res.closed ? undefined : once(res, 'close');
      if (aborts) await abandon();
      await closed;
      await turn();
      return listenersOn(res);
    };
    const gates = (n: number): GateUnderTest[] =>
      Array.from({ length: n }, (_, i) => limit({ ...upTo(99), name: `limit ${i}`, refundWhen: () => true }));

    test('no listener is left on request or response', async () => {
      for (const aborts of [false, true]) {
        const handler: Handler = aborts ? io => io.hijack() : io => io.send(200, 'ok');
        const without = await leftBy({ gates: [limit(upTo(3))], handler }, aborts);
        expect(await leftBy({ gates: gates(2), handler }, aborts)).toEqual(without);
      }
    });

    test('twenty limiters on one request add no more listeners than one', async () => {
      const most = async (n: number) => {
        const counts: number[][] = [];
        const handler: Handler = io => {
          counts.push([...listenersOn(io.res)]);
          io.send(200, 'ok');
        };
        const served = await serve(adapter, { gates: gates(n), handler });
        await served.get();
        return counts[0];
      };
      expect(await most(20)).toEqual(await most(1));
    });

    const raw = testWhere(!adapter.answersWithResponse);

    raw('a stream that was piped into many responses keeps no listener of theirs', async () => {
      const live = new PassThrough();
      const handler: Handler = io => {
        io.hijack();
        live.pipe(io.res);
      };
      const served = await serve(adapter, { gates: gates(1), handler });
      for (let i = 0; i < 5; i++) {
        const { abandon } = await served.abandoned();
        await until(() => live.listenerCount(errorMonitor) === 1);
        await abandon();
      }
      await turn();
      expect(live.listenerCount(errorMonitor)).toBe(0);
    });

    raw('a stream that is unpiped from an open response keeps none either', async () => {
      const live = new PassThrough();
      let res: ServerResponse | undefined;
      const handler: Handler = io => {
        io.hijack();
        res = io.res;
        live.pipe(res);
      };
      const served = await serve(adapter, { gates: gates(1), handler });
      const { abandon } = await served.abandoned();
      await until(() => live.listenerCount(errorMonitor) === 1);
      live.unpipe(res);
      expect(live.listenerCount(errorMonitor)).toBe(0);
      await abandon();
    });

    test('a connection that serves many requests does not accumulate listeners', async () => {
      const served = await serve(adapter, { gates: gates(1) });
      const counts: number[] = [];
      served.server.on('request', ({ socket }) => {
        counts.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0));
      });
      for (let i = 0; i < 8; i++) await served.get();
      expect(new Set(counts.slice(1)).size).toBe(1);
    });

    raw('nor does a connection with pipelined requests whose answers wait for each other', async () => {
      const listenersWith = async (requests: number) => {
        const first = new Held();
        const handler: Handler = async io => {
          await first.promise;
          io.send(200, 'ok');
        };
        const served = await serve(adapter, { gates: gates(1), handler });
        const pipeline = await served.pipelined(requests);
        const waiting = pipeline.socket.listenerCount('close');
        first.release();
        await pipeline.answered();
        await turn();
        return { waiting, answered: pipeline.socket.listenerCount('close') };
      };
      const two = await listenersWith(2);
      expect(await listenersWith(20)).toEqual(two);
      expect(two.answered).toBeLessThan(two.waiting);
    });
  });
}
