import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest, Trust } from '../adapterUnderTest.js';
import { turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

/** Mistakes that cannot be seen in a response cause a process warning, at most once a minute for each server. */
export function saidAloudContract(adapter: AdapterUnderTest): void {
  const warningsOf = async (
    gates: readonly GateUnderTest[],
    headers: Readonly<Record<string, string>> = {},
    trusts: Trust = 'nobody',
  ) => {
    const warnings = warned();
    const served = await serve(adapter, { gates, trusts });
    for (let i = 0; i < 3; i++) await served.get(headers);
    await turn();
    return warnings.map(({ code }) => code);
  };
  const FORWARDED = { 'X-Forwarded-For': '203.0.113.7' };

  describe('one process warning reports', () => {
    testWhere(!adapter.knowsNoAddresses)('a proxy that names its clients and is not trusted', async () => {
      const gates = [limit({ ...upTo(9), name: 'one' }), limit({ ...upTo(9), name: 'other' })];
      expect(await warningsOf(gates, FORWARDED)).toEqual(['BREAKING_PROXY_NOT_TRUSTED']);
    });

    test('limits of different headers on one request', async () => {
      const gates = [
        limit({ ...upTo(9), name: 'one' }),
        limit({ ...upTo(9), name: 'other', headers: 'legacy' }),
      ];
      expect(await warningsOf(gates)).toEqual(['BREAKING_HEADERS_CLASH']);
    });

    test('two limits without a name on one request', async () => {
      expect(await warningsOf([limit(upTo(9)), limit(upTo(9))])).toEqual(['BREAKING_NAMES_CLASH']);
    });
  });

  describe('no process warning says', () => {
    test('that a proxy is not trusted, if it is, or if keyOf gives the keys', async () => {
      expect(await warningsOf([limit(upTo(9))], FORWARDED, 'oneProxy')).toEqual([]);
      expect(await warningsOf([limit({ ...upTo(9), keyOf: () => 'ada' })], FORWARDED)).toEqual([]);
    });

    test('that limits clash, if only one of them is shown, or if one has a name', async () => {
      expect(await warningsOf([limit(upTo(9)), limit({ ...upTo(9), headers: false })])).toEqual([]);
      expect(await warningsOf([limit(upTo(9)), limit({ ...upTo(9), enforce: false })])).toEqual([]);
      expect(await warningsOf([limit(upTo(9)), limit({ ...upTo(9), name: 'api' })])).toEqual([]);
    });
  });
}
