import { type Decision, perDay } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest } from '../adapterUnderTest.js';
import { heard } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, tokensOf, upTo } from './limit.js';

/** Where users find a decision, and how operators receive it. */
export function decisionContract(adapter: AdapterUnderTest): void {
  const decisionAfter = async (requests: number, ...gates: GateUnderTest[]) => {
    let last: Decision | undefined;
    const served = await serve(adapter, {
      gates,
      handler: io => {
        last = io.decision;
        io.send(200, 'ok');
      },
    });
    for (let i = 0; i < requests; i++) await served.get();
    return last;
  };

  describe('the decision', () => {
    test('is on the request when the handler is called', async () => {
      const decision = await decisionAfter(1, limit({ limits: { burst: upTo(3), daily: perDay(9) } }));
      expect(decision).toMatchObject({ allowed: true, violated: [], retryAfterSecs: 0 });
      expect(decision?.limits).toMatchObject([
        { name: 'burst', capacityMax: 3, restoreRateHz: 0.1, tokensLeft: 2 },
        { name: 'daily', capacityMax: 9, tokensLeft: 8 },
      ]);
    });

    test('of several limiters is the one with the fewest tokens left', async () => {
      const gates = [7, 3, 5].map(n => limit({ ...upTo(n), name: `of ${n}` }));
      expect((await decisionAfter(1, ...gates))?.limits).toMatchObject([{ name: 'of 3', tokensLeft: 2 }]);
    });

    test('of a limiter with several limits is compared by its tightest limit', async () => {
      const one = limit({ limits: { a: upTo(9), b: upTo(2) }, name: 'one' });
      const other = limit({ limits: { c: upTo(3), d: upTo(3) }, name: 'other' });
      expect(tokensOf(await decisionAfter(1, other, one))).toEqual([8, 1]);
    });

    test('is the first of several equal ones', async () => {
      const gates = ['first', 'second'].map(name => limit({ ...upTo(3), name }));
      expect((await decisionAfter(1, ...gates))?.limits).toMatchObject([{ name: 'first' }]);
    });

    test('is a refusal if there is one, and of several refusals the one with the longest wait', async () => {
      const shadow = (name: string, secs: number) => {
        return limit({ capacityMax: 1, restoreRateHz: 1 / secs, name, enforce: false });
      };
      const empty = limit({ ...upTo(2), name: 'empty' });
      const decision = await decisionAfter(
        2,
        empty,
        shadow('short', 5),
        shadow('long', 50),
        shadow('mid', 9),
      );
      expect(decision).toMatchObject({ allowed: false, violated: ['long'], retryAfterSecs: 50 });
    });

    test('is missing if no limiter decided', async () => {
      expect(await decisionAfter(1, limit({ ...upTo(3), skip: () => true }))).toBeUndefined();
    });
  });

  describe('breaking:rate_limit:decision', () => {
    test('reports each decision, with key, cost and source', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const gates = [limit({ ...upTo(3), name: 'api', keyOf: () => 'alice', costOf: () => 2 })];
      const served = await serve(adapter, { gates });
      await served.get();
      await served.get();
      const same = { name: 'api', key: 'alice', cost: 2, enforced: true, source: 'store' };
      expect(messages).toMatchObject([
        { ...same, decision: { allowed: true } },
        { ...same, decision: { allowed: false, violated: ['api'], retryAfterSecs: 10 } },
      ]);
    });

    test('reports nothing about a request that was skipped, or whose callback failed', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const broken = () => {
        throw new Error('no key');
      };
      const gates = [limit({ ...upTo(3), skip: () => true }), limit({ ...upTo(3), keyOf: broken })];
      const served = await serve(adapter, { gates });
      expect((await served.get()).status).toBe(500);
      expect(messages).toEqual([]);
    });
  });

  describe('a request', () => {
    testWhere(!adapter.meetsGatesOnce)('that meets the same limiter twice counts once', async () => {
      const gate = limit(upTo(2));
      const served = await serve(adapter, { gates: [gate, gate] });
      expect((await served.get()).headers.ratelimit).toBe('"default";r=1;t=10');
      expect((await served.get()).status).toBe(200);
      expect((await served.get()).status).toBe(429);
    });

    test('that passes two limiters with the same options counts under each', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const served = await serve(adapter, {
        gates: ['one', 'other'].map(name => limit({ ...upTo(2), name })),
      });
      await served.get();
      expect(messages.map(({ decision }) => tokensOf(decision))).toEqual([[1], [1]]);
    });

    test('is decided synchronously if no callback and no store is asynchronous', async () => {
      const callbacks = { keyOf: () => 'k', costOf: () => 1, limitsOf: () => upTo(3), skip: () => false };
      const messages = heard('breaking:rate_limit:decision');
      let decidedAtOnce = 0;
      let isHandledAtOnce = true;
      let waited = false;
      const served = await serve(adapter, {
        gates: [limit(upTo(3)), limit({ ...upTo(3), name: 'api', ...callbacks, refundWhen: () => false })],
        handler: io => {
          isHandledAtOnce = !waited;
          io.send(200, 'ok');
        },
      });
      served.server.prependListener('request', () => {
        queueMicrotask(() => {
          waited = true;
          decidedAtOnce = messages.length;
        });
      });
      await served.get();
      expect({ decidedAtOnce, waited }).toEqual({ decidedAtOnce: 2, waited: true });
      expect(isHandledAtOnce).toBe(!adapter.waitsBeforeHandlers);
    });
  });
}
