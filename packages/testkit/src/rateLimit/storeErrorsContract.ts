import {
  type BucketStore,
  type Decision,
  decided,
  MemoryBucketStore,
  type OnStoreError,
} from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { Held, heard, turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { limit, tokensOf, upTo } from './limit.js';

const DOWN = new Error('the store is down');

type Check = () => unknown;

/** Stores that give no answer, and none that can be used. */
const BROKEN: readonly { readonly store: string; readonly check: Check }[] = [
  {
    store: 'throws',
    check: () => {
      throw DOWN;
    },
  },
  { store: 'rejects', check: () => Promise.reject(DOWN) },
  {
    store: 'throws nothing at all',
    check: () => {
      throw undefined;
    },
  },
  { store: 'rejects with nothing at all', check: () => Promise.reject() },
  ...[undefined, null, true, 'yes', {}, { allowed: true }].map(answer => ({
    store: `answers ${JSON.stringify(answer)}`,
    check: () => answer,
  })),
  {
    store: 'answers about another limit',
    check: () => decided([{ name: 'other', capacityMax: 5, restoreRateHz: 1 }], [0], 1, true),
  },
  { store: 'answers later, with nonsense', check: async () => ({ allowed: 'yes', limits: [] }) },
];

/** A store that answers `check` like this, and everything else not at all. */
function storeThat(check: Check): BucketStore {
  const unused = () => {
    throw DOWN;
  };
  return { check: check as BucketStore['check'], peek: unused, refund: unused, reset: unused };
}

/** A store that gives no answer never makes a request fail otherwise than `onStoreError` says. */
export function storeErrorsContract(adapter: AdapterUnderTest): void {
  const limitOn = (check: Check, onStoreError?: OnStoreError) => {
    return limit({ ...upTo(2), name: 'api', store: storeThat(check), onStoreError });
  };

  describe.each(BROKEN)('a store that $store', ({ check }) => {
    test('is stood in for by buckets in this process', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const served = await serve(adapter, { gates: [limitOn(check)] });
      expect(await served.get()).toMatchObject({ status: 200, headers: { ratelimit: '"api";r=1;t=10' } });
      expect((await served.get()).status).toBe(200);
      expect((await served.get()).status).toBe(429);
      expect(messages.map(({ source }) => source)).toEqual(['local', 'local', 'local']);
    });

    test("lets everybody in under 'allow', and shows no limit", async () => {
      const served = await serve(adapter, { gates: [limitOn(check, 'allow')] });
      for (let i = 0; i < 3; i++) {
        const { status, headers } = await served.get();
        expect(status).toBe(200);
        expect(Object.keys(headers).filter(name => name.includes('ratelimit'))).toEqual([]);
      }
    });

    test("lets nobody in under 'deny': 503, since no quota was exceeded", async () => {
      const served = await serve(adapter, { gates: [limitOn(check, 'deny')] });
      const { status, headers, body } = await served.get();
      expect(status).toBe(503);
      expect(headers).toMatchObject({
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'retry-after': '1',
      });
      expect(headers).not.toHaveProperty('ratelimit');
      expect(body).toBe('{"type":"about:blank","title":"Service Unavailable","status":503}');
    });

    test('is told of on breaking:store:error', async () => {
      for (const onStoreError of ['local', 'allow', 'deny'] as const) {
        const messages = heard('breaking:store:error');
        const served = await serve(adapter, { gates: [limitOn(check, onStoreError)] });
        await served.get();
        expect(messages).toMatchObject([{ name: 'api', onStoreError }]);
        expect(messages[0]).toHaveProperty('error');
      }
    });
  });

  describe('a store that hangs', () => {
    // Only these: sockets have timers of their own, which must run.
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    /** The answers to one request, and to another, of a store that hangs until `late` is released. */
    const hanging = async (onStoreError: OnStoreError) => {
      const asked = new Held();
      const late = new Held<unknown>();
      const check = () => {
        asked.release();
        return late.promise;
      };
      const served = await serve(adapter, { gates: [limitOn(check, onStoreError)] });
      const answer = served.get();
      await asked.promise;
      return { served, answer, late };
    };

    test.each([
      ['local', 200],
      ['allow', 200],
      ['deny', 503],
    ] as const)('is waited for 50 ms and no longer, then follows %s', async (onStoreError, status) => {
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

    test('does not keep one client from another', async () => {
      const { served, answer } = await hanging('allow');
      const other = served.get();
      for (let turns = 0; vi.getTimerCount() < 2 && turns < 1000; turns++) await turn();
      vi.advanceTimersByTime(50);
      expect([(await answer).status, (await other).status]).toEqual([200, 200]);
    });
  });

  describe('a store that answers in time', () => {
    test('decides, at once or later, and leaves no timer', async () => {
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

    test('is shared by the limiters of one name, and only by those', async () => {
      const store = new MemoryBucketStore();
      const serveOne = (name: string) => serve(adapter, { gates: [limit({ ...upTo(2), name, store })] });
      const [api, sameName, other] = [await serveOne('api'), await serveOne('api'), await serveOne('ap')];
      await api.get();
      expect((await sameName.get()).headers.ratelimit).toBe('"api";r=0;t=10');
      expect((await other.get()).headers.ratelimit).toBe('"ap";r=1;t=10');
    });

    test('and fails at a refund is told of, and harms nobody', async () => {
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
