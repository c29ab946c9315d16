import { decided } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { heard, provokes, turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { type Check, DOWN, limitOn } from './storeThat.js';

/** Stores that give no answer, or an invalid one. */
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

/** A store that gives no answer has exactly the effect that `onStoreError` describes. */
export function storeErrorsContract(adapter: AdapterUnderTest): void {
  describe.each(BROKEN)('a store that $store', ({ check }) => {
    provokes('BREAKING_STORE_FAILS');

    test('causes one process warning', async () => {
      const warnings = warned();
      const served = await serve(adapter, { gates: [limitOn(check)] });
      for (let i = 0; i < 3; i++) await served.get();
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_STORE_FAILS']);
      expect(warnings[0]?.message).toMatch(
        /^rate limit "api": its store gives no answer \(.+\)\. Until it does, /,
      );
    });

    test('is replaced by buckets in this process', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const served = await serve(adapter, { gates: [limitOn(check)] });
      expect(await served.get()).toMatchObject({ status: 200, headers: { ratelimit: '"api";r=1;t=10' } });
      expect((await served.get()).status).toBe(200);
      expect((await served.get()).status).toBe(429);
      expect(messages.map(({ source }) => source)).toEqual(['local', 'local', 'local']);
    });

    test("lets every request pass with 'allow', and shows no limit", async () => {
      const served = await serve(adapter, { gates: [limitOn(check, 'allow')] });
      for (let i = 0; i < 3; i++) {
        const { status, headers } = await served.get();
        expect(status).toBe(200);
        expect(Object.keys(headers).filter(name => name.includes('ratelimit'))).toEqual([]);
      }
    });

    test("lets no request pass with 'deny': 503, since no quota was exceeded", async () => {
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

    test('is published on breaking:store:error', async () => {
      for (const onStoreError of ['local', 'allow', 'deny'] as const) {
        const messages = heard('breaking:store:error');
        const served = await serve(adapter, { gates: [limitOn(check, onStoreError)] });
        await served.get();
        expect(messages).toMatchObject([{ name: 'api', onStoreError }]);
        expect(messages[0]).toHaveProperty('error');
      }
    });
  });
}
