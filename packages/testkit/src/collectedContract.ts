import { AsyncLocalStorage } from 'node:async_hooks';
import { MockClock } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest, Handler, Io } from './adapterUnderTest.js';
import { expectCollected } from './collected.js';
import { Held } from './observed.js';
import { type Served, serve } from './served.js';

const ALONE = { Connection: 'close' };
const clock = new MockClock(1000);

/** Gates of each kind, with callbacks that receive the request. */
const gatesOf = (capacityMax: number, errorThreshold: number, limit: number): GateUnderTest[] => [
  {
    kind: 'rateLimit',
    options: { capacityMax, restoreRateHz: 0.1, clock, keyOf: () => 'all', refundWhen: () => false },
  },
  {
    kind: 'circuitBreaker',
    options: { errorThreshold, timeWindowSecs: 60, clock, isFailure: ({ status = 0 }) => status >= 500 },
  },
  { kind: 'concurrencyLimit', options: { limit, clock, keyOf: () => 'all' } },
];

/** Gates keep no reference to a request that is over. */
export function collectedContract(adapter: AdapterUnderTest): void {
  /** A server with gates, and weak references to all objects of the next request. */
  const watched = async (gates: GateUnderTest[], handler: Handler) => {
    const storage = new AsyncLocalStorage<object>();
    let refs: Record<string, WeakRef<object>> = {};
    const beforeEachGate = ({ req, res }: Io, request: unknown) => {
      const context = {};
      storage.enterWith(context);
      // Node computes the Date field once a second, with a timer that keeps the context of the request that needed it.
      res.sendDate = false;
      const all = { request, req, res, socket: req.socket, context };
      refs = Object.fromEntries(
        Object.entries(all).map(([name, each]) => [name, new WeakRef(each as object)]),
      );
    };
    const served = await serve(adapter, { gates, handler, beforeEachGate });
    return { served, refs: () => refs };
  };

  describe(`on ${adapter.name}, nothing is kept of a request`, () => {
    test.each<[string, Handler]>([
      ['is answered', io => io.send(200, 'ok')],
      ['is answered with an error', io => io.send(500, 'broken')],
      [
        'throws',
        () => {
          throw new Error('boom');
        },
      ],
    ])('that %s', async (_, handler) => {
      const { served, refs } = await watched(gatesOf(9, 9, 9), handler);
      await served.get(ALONE);
      await expectCollected(refs());
    });

    test('whose client leaves', async () => {
      const { served, refs } = await watched(gatesOf(9, 9, 9), io => io.hijack());
      await leftBehind(served);
      await expectCollected(refs());
    });

    test.each([
      ['rate limit', gatesOf(1, 9, 9), 429],
      ['circuit breaker', gatesOf(9, 1, 9), 503],
    ])('that the %s refuses', async (_, gates, status) => {
      const { served, refs } = await watched(gates, io => io.send(500, 'broken'));
      await served.get(ALONE);
      expect((await served.get(ALONE)).status).toBe(status);
      await expectCollected(refs());
    });

    test('that the concurrency limit refuses', async () => {
      const first = new Held();
      const { served, refs } = await watched(gatesOf(9, 9, 1), async io => {
        await first.promise;
        io.send(200, 'ok');
      });
      const answers = [served.get(ALONE), served.get(ALONE)];
      expect((await Promise.race(answers)).status).toBe(503);
      await expectCollected(refs());
      first.release();
      await Promise.all(answers);
    });
  });
}

async function leftBehind(served: Served): Promise<void> {
  const { abandon } = await served.abandoned();
  await abandon();
}
