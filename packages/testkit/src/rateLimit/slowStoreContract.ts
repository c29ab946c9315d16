import {
  type BucketStore,
  type Decision,
  MemoryBucketStore,
  MockClock,
  type OnStoreError,
  RateLimiter,
} from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { Held, heard, provokes, turn, until, warned } from '../observed.js';
import { serve } from '../served.js';
import { limit, tokensOf, upTo } from './limit.js';
import { Refunds } from './refunds.js';
import { type Check, DOWN, limitOn, storeThat } from './storeThat.js';

/** A slow store, within the deadline and beyond it. */
export function slowStoreContract(adapter: AdapterUnderTest): void {
  describe('a store that hangs', () => {
    provokes('BREAKING_STORE_FAILS');
    // Only these two, since the timers of sockets must run.
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    /** The responses to two requests while the store does not answer until `late` is released. */
    const hanging = async (onStoreError: OnStoreError) => {
      const asked = new Held();
      const late = new Held<unknown>();
      const memory = new MemoryBucketStore();
      let hangs = false;
      const check: Check = (...args) => {
        if (!hangs) return memory.check(...args);
        asked.release();
        return late.promise;
      };
      const served = await serve(adapter, { gates: [limitOn(check, onStoreError)] });
      // After its first answer, the store has the normal deadline.
      await served.get();
      hangs = true;
      const answer = served.get();
      await asked.promise;
      return { served, answer, late };
    };

    test.each([
      ['local', 200],
      ['allow', 200],
      ['deny', 503],
    ] as const)('is given 50 ms and no more, then the result is that of %s', async (onStoreError, status) => {
      const messages = heard('breaking:store:error');
      const { answer } = await hanging(onStoreError);
      vi.advanceTimersByTime(49);
      await turn();
      expect({ told: messages.length, timers: vi.getTimerCount() }).toEqual({ told: 0, timers: 1 });
      vi.advanceTimersByTime(1);
      expect((await answer).status).toBe(status);
      expect(messages).toMatchObject([{ error: { code: 'BREAKING_TIMEOUT', timeoutSecs: 0.05 } }]);
      expect(vi.getTimerCount()).toBe(0);
    });

    test.each([
      ['answers', () => Promise.resolve({ allowed: true })],
      ['rejects', () => Promise.reject(DOWN)],
    ])('and %s too late changes nothing', async (_how, answered) => {
      const messages = heard('breaking:store:error');
      const { answer, late } = await hanging('deny');
      vi.advanceTimersByTime(50);
      expect((await answer).status).toBe(503);
      late.release(answered());
      await turn();
      expect(messages).toHaveLength(1);
    });

    test('delays only its own requests', async () => {
      const { served, answer } = await hanging('allow');
      const other = served.get();
      await until(() => vi.getTimerCount() === 2);
      vi.advanceTimersByTime(50);
      expect([(await answer).status, (await other).status]).toEqual([200, 200]);
    });
  });

  describe('a store that answers in time', () => {
    test('decides, synchronously or not, and leaves no timer', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        for (const answered of [<T>(value: T) => value, async <T>(value: T) => value]) {
          const memory = new MemoryBucketStore();
          const store: BucketStore = {
            check: (...args) => answered(memory.check(...args)) as Promise<Decision>,
            peek: memory.peek.bind(memory),
            refund: memory.refund.bind(memory),
            reset: memory.reset.bind(memory),
          };
          const messages = heard('breaking:rate_limit:decision');
          const served = await serve(adapter, { gates: [limit({ ...upTo(1), name: 'api', store })] });
          expect((await served.get()).headers.ratelimit).toBe('"api";r=0;t=10');
          expect((await served.get()).status).toBe(429);
          expect(messages.map(({ source }) => source)).toEqual(['store', 'store']);
          expect(vi.getTimerCount()).toBe(0);
        }
      } finally {
        vi.useRealTimers();
      }
    });

    test('is shared by the limiters with the same name, and only by those', async () => {
      const store = new MemoryBucketStore();
      const serveOne = (name: string) => serve(adapter, { gates: [limit({ ...upTo(2), name, store })] });
      const [api, sameName, other] = [await serveOne('api'), await serveOne('api'), await serveOne('ap')];
      await api.get();
      expect((await sameName.get()).headers.ratelimit).toBe('"api";r=0;t=10');
      expect((await other.get()).headers.ratelimit).toBe('"ap";r=1;t=10');
    });

    test('takes effect a second after a reset or a refund on another server, and is not asked before', async () => {
      const clock = new MockClock(1000);
      const memory = new MemoryBucketStore();
      let checks = 0;
      const check: Check = async (...asked) => {
        checks += 1;
        return memory.check(...asked);
      };
      const store = {
        ...storeThat(check),
        refund: memory.refund.bind(memory),
        reset: memory.reset.bind(memory),
      };
      const policy = { capacityMax: 1, restoreRateHz: 0.001 };
      const gates = [limit({ ...policy, name: 'api', keyOf: () => 'ada', store, clock })];
      const served = await serve(adapter, { gates });
      const elsewhere = new RateLimiter({ name: 'api', limits: policy, store, clock });
      for (const giveBack of [() => elsewhere.reset('ada'), () => elsewhere.refund('ada')]) {
        expect(await served.statuses('/', '/', '/', '/')).toEqual([200, 429, 429, 429]);
        await giveBack();
        checks = 0;
        expect(await served.statuses('/', '/')).toEqual([429, 429]);
        expect(checks).toBe(0);
        clock.advanceBy(1);
        expect(await served.statuses('/')).toEqual([200]);
        await elsewhere.reset('ada');
        clock.advanceBy(1);
      }
    });

    test('and is down for one decision receives no refund of tokens that it did not give', async () => {
      const warnings = warned();
      const memory = new Refunds();
      let isDown = true;
      const check: typeof memory.check = (...asked) => {
        if (isDown) throw DOWN;
        return memory.check(...asked);
      };
      const store = { ...storeThat(() => undefined), check, refund: memory.refund.bind(memory) };
      const gates = [limit({ ...upTo(3), name: 'api', store, refundWhen: () => true })];
      const served = await serve(adapter, { gates });
      await served.get();
      await turn();
      isDown = false;
      await served.get();
      await turn();
      expect(memory.sizes).toEqual([1]);
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
    });

    test('and fails at a refund is reported, and affects no request', async () => {
      const warnings = warned();
      const errors = heard('breaking:store:error');
      const decisions = heard('breaking:rate_limit:decision');
      const memory = new MemoryBucketStore();
      const store = { ...storeThat(() => undefined), check: memory.check.bind(memory) };
      const gates = [limit({ ...upTo(3), name: 'api', store, refundWhen: () => true })];
      const served = await serve(adapter, { gates });
      for (let i = 0; i < 2; i++) {
        await served.get();
        await turn();
      }
      expect(errors).toMatchObject([
        { name: 'api', error: DOWN },
        { name: 'api', error: DOWN },
      ]);
      expect(decisions.map(({ decision }) => tokensOf(decision))).toEqual([[2], [1]]);
      expect(warnings).toEqual([]);
    });
  });
}
