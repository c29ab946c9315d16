import { MockClock, perMinute } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest, Handler } from './adapterUnderTest.js';
import { breakerOutcomes, until } from './observed.js';
import { serve } from './served.js';

/** The state that gates keep of a request belongs to that request alone, whatever the application does. */
export function ownNotesContract(adapter: AdapterUnderTest): void {
  const meddlings = Object.entries(adapter.meddling);
  describe.each(meddlings)(`on ${adapter.name}, an application that %s`, (_what, meddle) => {
    const beforeEachGate = (_io: unknown, request: unknown) => meddle(request);

    test('has a rate limit that counts each request once', async () => {
      const gate: GateUnderTest = { kind: 'rateLimit', options: { ...perMinute(2), clock: new MockClock() } };
      const served = await serve(adapter, { gates: [gate, gate], beforeEachGate });
      expect(await served.statuses('/', '/', '/', '/')).toEqual([200, 200, 429, 429]);
    });

    test('has a circuit breaker that opens', async () => {
      const options = { errorThreshold: 2, timeWindowSecs: 60, clock: new MockClock() };
      const gate: GateUnderTest = { kind: 'circuitBreaker', options };
      const outcomes = breakerOutcomes();
      const handler: Handler = io => io.send(500, 'broken');
      const served = await serve(adapter, { gates: [gate, gate], beforeEachGate, handler });
      const statuses = [];
      for (const requests of [1, 2, 3]) {
        statuses.push((await served.get()).status);
        await until(() => outcomes().length >= requests);
      }
      expect(statuses).toEqual([500, 500, 503]);
    });
  });
}
