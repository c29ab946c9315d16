import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { MockClock } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest, Handler } from './adapterUnderTest.js';
import { until } from './observed.js';
import { serve } from './served.js';

/** Callbacks run in the async context in which the request reached the gate. */
export function contextContract(adapter: AdapterUnderTest): void {
  const storage = new AsyncLocalStorage<string>();
  const enter = (_io: unknown, request: unknown) => {
    storage.enterWith(adapter.headerOf(request, 'x-user') ?? 'nobody');
  };
  const RATE_LIMIT = { capacityMax: 1, restoreRateHz: 0.1 };

  /** The contexts in which callbacks ran, by name, for one answered and one aborted request. */
  const contextsWith = async (gateOf: (note: (name: string) => void) => GateUnderTest, handler?: Handler) => {
    const contexts: string[] = [];
    const note = (name: string) => void contexts.push(`${name} of ${storage.getStore()}`);
    const served = await serve(adapter, {
      gates: [gateOf(note)],
      beforeEachGate: enter,
      ...(handler !== undefined && { handler }),
    });
    return { contexts, served };
  };

  describe(`on ${adapter.name}, these callbacks run in the async context of their request:`, () => {
    test('refundWhen, for answered and for aborted requests', async () => {
      const { contexts, served } = await contextsWith(
        note => ({
          kind: 'rateLimit',
          options: {
            ...RATE_LIMIT,
            capacityMax: 9,
            clock: new MockClock(),
            refundWhen: () => {
              note('refundWhen');
              return false;
            },
          },
        }),
        io => (io.req.headers['x-user'] === 'bob' ? io.hijack() : io.send(200, 'ok')),
      );
      await served.get({ 'X-User': 'ada' });
      const { abandon } = await served.abandoned({ headers: { 'X-User': 'bob' } });
      await abandon();
      await until(() => contexts.length >= 2);
      expect(contexts).toEqual(['refundWhen of ada', 'refundWhen of bob']);
    });

    test('onRefused and problem, with asynchronous keys', async () => {
      const { contexts, served } = await contextsWith(note => ({
        kind: 'rateLimit',
        options: {
          ...RATE_LIMIT,
          clock: new MockClock(),
          keyOf: async () => 'k',
          costOf: () => 2,
          onRefused: () => note('onRefused'),
          problem: () => {
            note('problem');
            return 'no';
          },
        },
      }));
      await served.get({ 'X-User': 'ada' });
      expect(contexts).toEqual(['onRefused of ada', 'problem of ada']);
    });

    test('isFailure and onTransition, for answered and for aborted requests', async () => {
      const { contexts, served } = await contextsWith(
        note => ({
          kind: 'circuitBreaker',
          options: {
            errorThreshold: 2,
            timeWindowSecs: 60,
            clock: new MockClock(),
            isFailure: () => {
              note('isFailure');
              return true;
            },
            onTransition: ({ to }) => note(to),
          },
        }),
        io => (io.req.headers['x-user'] === 'bob' ? io.hijack() : io.send(200, 'ok')),
      );
      await served.get({ 'X-User': 'ada' });
      await until(() => contexts.length >= 1);
      const { abandon } = await served.abandoned({ headers: { 'X-User': 'bob' } });
      await abandon();
      await until(() => contexts.length >= 3);
      expect(contexts).toEqual(['isFailure of ada', 'isFailure of bob', 'open of bob']);
    });

    test('isFailure, if another request makes the breaker ask about a probe', async () => {
      const clock = new MockClock();
      const { contexts, served } = await contextsWith(
        note => ({
          kind: 'circuitBreaker',
          options: {
            errorThreshold: 1,
            timeWindowSecs: 20,
            cooldownSecs: 10,
            clock,
            isFailure: ({ status = 0 }) => {
              note(`isFailure(${status})`);
              return status >= 500;
            },
          },
        }),
        io => {
          if (io.req.headers['x-user'] === 'ada') return io.send(500, 'broken');
          const endless = new Readable({ read() {} });
          endless.push('the first part');
          io.stream(endless);
        },
      );
      await served.get({ 'X-User': 'ada' });
      await until(() => contexts.length >= 1);
      clock.advanceBy(10);
      for (const user of ['bob', 'eve']) {
        const sent = served.open({ headers: { 'X-User': user } }).on('error', () => {});
        await once(sent, 'response');
      }
      expect(contexts).toEqual(['isFailure(500) of ada', 'isFailure(200) of bob']);
    });
  });
}
