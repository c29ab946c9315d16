import { MockClock } from '@breaking/core';
import type { Outcome, RateLimitSettings } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, Scenario } from '../adapterUnderTest.js';
import { Held, turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';
import { Refunds } from './refunds.js';

/** Tokens that are refunded when the end of a request is known. */
export function refundContract(adapter: AdapterUnderTest): void {
  const refunding = async (
    refundWhen: NonNullable<RateLimitSettings<unknown>['refundWhen']>,
    { gate = {}, ...scenario }: Omit<Scenario, 'gates'> & { gate?: RateLimitSettings<unknown> } = {},
  ) => {
    const store = new Refunds();
    const outcomes: Outcome[] = [];
    const asked: unknown[] = [];
    const first = new Held();
    const options = {
      ...upTo(5),
      name: 'api',
      store,
      refundWhen: (outcome: Outcome, req: unknown) => {
        outcomes.push(outcome);
        asked.push(req);
        first.release();
        return refundWhen(outcome, req);
      },
      ...gate,
    };
    const served = await serve(adapter, { ...scenario, gates: [limit(options)] });
    const settled = async () => {
      await first.promise;
      await turn();
    };
    return { served, store, outcomes, asked, settled };
  };

  describe('refundWhen', () => {
    test('that returns true refunds the tokens once the response has finished', async () => {
      const { served, store, settled } = await refunding(({ status }) => status === 200);
      expect((await served.get()).headers.ratelimit).toBe('"api";r=4;t=40');
      await settled();
      expect(store.sizes).toEqual([1]);
      expect((await served.get()).headers.ratelimit).toBe('"api";r=4;t=40');
    });

    test('that returns false refunds nothing', async () => {
      const { served, store, settled } = await refunding(() => false);
      await served.get();
      await settled();
      expect((await served.get()).headers.ratelimit).toBe('"api";r=3;t=30');
      expect(store.sizes).toEqual([]);
    });

    test('receives the final status and the request', async () => {
      const { served, outcomes, asked, settled } = await refunding(() => false, {
        handler: io => io.send(404, 'not here'),
      });
      await served.get({ 'X-User': 'alice' });
      await settled();
      expect(outcomes).toMatchObject([{ status: 404, aborted: false }]);
      expect(adapter.headerOf(asked[0], 'x-user')).toBe('alice');
    });

    test('receives the status that a client sees after an error', async () => {
      const { served, outcomes, settled } = await refunding(() => true, {
        handler: async () => {
          throw Object.assign(new Error('gone'), { status: 410, statusCode: 410, expose: true });
        },
      });
      expect((await served.get()).status).toBe(410);
      await settled();
      expect(outcomes).toMatchObject([{ status: 410, aborted: false }]);
    });

    test('may be asynchronous', async () => {
      const held = new Held<boolean>();
      const { served, store, settled } = await refunding(() => held.promise);
      await served.get();
      await settled();
      expect(store.sizes).toEqual([]);
      held.release(true);
      await turn();
      expect(store.sizes).toEqual([1]);
    });

    test('refunds as many tokens as the request cost, to the limits from which they were taken', async () => {
      const gate = { costOf: () => 3, limitsOf: () => ({ burst: upTo(4), daily: upTo(9) }) };
      const { served, store, settled } = await refunding(() => true, { gate });
      for (let i = 0; i < 3; i++) {
        expect((await served.get()).headers.ratelimit).toBe('"burst";r=1;t=10, "daily";r=6;t=60');
        await settled();
      }
      expect(store.sizes).toEqual([3, 3, 3]);
    });

    test('never fills a bucket above capacityMax', async () => {
      const clock = new MockClock(1000);
      const { served, settled } = await refunding(() => true, {
        gate: { clock },
        handler: io => {
          clock.advanceBy(10);
          io.send(200, 'ok');
        },
      });
      await served.get();
      await settled();
      expect((await served.get()).headers.ratelimit).toBe('"api";r=4;t=40');
    });

    test('is not called for requests that took nothing: refused, skipped, or free', async () => {
      for (const gate of [{ costOf: () => 9 }, { skip: () => true }, { costOf: () => 0 }]) {
        const { served, outcomes } = await refunding(() => true, { gate });
        await served.get();
        await turn();
        expect(outcomes).toEqual([]);
      }
    });

    test('is called for a request that another limiter refused, since it took tokens here', async () => {
      const store = new Refunds();
      const refundWhen = ({ status }: Outcome) => status === 429;
      const outer = limit({ ...upTo(5), name: 'outer', store, refundWhen });
      const served = await serve(adapter, { gates: [outer, limit({ ...upTo(2), costOf: () => 3 })] });
      expect((await served.get()).status).toBe(429);
      await turn();
      expect((await served.get()).headers.ratelimit).toBe('"outer";r=4;t=40, "default";r=0');
    });

    test('is called separately for each of several limiters', async () => {
      const stores = [new Refunds(), new Refunds(), new Refunds()];
      const gates = stores.map((store, i) =>
        limit({ ...upTo(5), name: `${i}`, store, refundWhen: () => i !== 1 }),
      );
      const served = await serve(adapter, { gates });
      await served.get();
      await turn();
      expect(stores.map(({ sizes }) => sizes)).toEqual([[1], [], [1]]);
    });

    test.each([
      [
        'throws',
        () => {
          throw new Error('broken');
        },
      ],
      ['rejects', () => Promise.reject(new Error('broken'))],
    ])('that %s refunds nothing, warns, and leaves the answer unharmed', async (_how, refundWhen) => {
      const warnings = warned();
      const { served, store, settled } = await refunding(refundWhen);
      expect(await served.get()).toMatchObject({ status: 200, body: 'ok' });
      await settled();
      await turn();
      expect(store.sizes).toEqual([]);
      expect(warnings).toMatchObject([{ code: 'BREAKING_CALLBACK_ERROR' }]);
      expect(warnings[0]?.message).toMatch(/rateLimit: refundWhen.*broken/);
      expect((await served.get()).status).toBe(200);
    });

    test('that throws a value that cannot be shown as text warns too', async () => {
      const warnings = warned();
      const { served, settled } = await refunding(() => {
        throw Object.create(null);
      });
      expect((await served.get()).status).toBe(200);
      await settled();
      await turn();
      expect(warnings).toMatchObject([{ code: 'BREAKING_CALLBACK_ERROR' }]);
    });
  });
}
