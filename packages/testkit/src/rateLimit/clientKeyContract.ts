import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, Scenario, Trust } from '../adapterUnderTest.js';
import { heard, provokes, turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

/** Spellings of addresses, one list for each client. */
const CLIENTS: readonly (readonly string[])[] = [
  ['192.0.2.1', '192.0.2.1:443', '::ffff:192.0.2.1', '::FFFF:c000:201', '[::ffff:192.0.2.1]:443'],
  ['192.0.2.2', '64:ff9b::192.0.2.2', '64:ff9b::c000:202', '[64:ff9b::192.0.2.2]'],
  ['2001:db8::1', '2001:DB8:0:0::2', '2001:db8:0:ff:1:2:3:4', '[2001:db8::1]', '[2001:db8::1]:443'],
  ['2001:db8:0:100::1', '2001:db8:0:1ff::1%eth0', '[2001:db8:0:100::1%eth0]:443'],
  ['fe80::1', 'fe80::1%1', 'fe80::2%eth0'],
  ['::1'],
];

/** Which bucket is used for a request without a key. */
export function clientKeyContract(adapter: AdapterUnderTest): void {
  /** The keys that a server gives to addresses. */
  const keysOf = async (scenario: Omit<Scenario, 'gates'>, ipv6PrefixBits?: number) => {
    const messages = heard('breaking:rate_limit:decision');
    const served = await serve(adapter, { ...scenario, gates: [limit({ ...upTo(100), ipv6PrefixBits })] });
    return async (forwarded?: string) => {
      await served.get(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded });
      return messages.at(-1)?.key;
    };
  };

  describe('the key of a client', () => {
    provokes('BREAKING_PROXY_NOT_TRUSTED');

    test('is its address in any spelling, and its network for IPv6', async () => {
      const keyOf = await keysOf({ trusts: 'oneProxy' });
      const keys = [];
      for (const spellings of CLIENTS) {
        const key = await keyOf(spellings[0]);
        for (const spelling of spellings) expect(await keyOf(spelling), spelling).toBe(key);
        keys.push(key);
      }
      expect(new Set(keys).size).toBe(CLIENTS.length);
    });

    test('contains the first ipv6PrefixBits of an IPv6 address', async () => {
      const keyOf = await keysOf({ trusts: 'oneProxy' }, 64);
      const key = await keyOf('2001:db8::1');
      expect(await keyOf('2001:db8::ffff:ffff:ffff:ffff')).toBe(key);
      expect(await keyOf('2001:db8:0:1::1')).not.toBe(key);
    });

    test('distinguishes single IPv6 addresses with 128 bits', async () => {
      const keyOf = await keysOf({ trusts: 'oneProxy' }, 128);
      expect(await keyOf('2001:db8::1')).not.toBe(await keyOf('2001:db8::2'));
      expect(await keyOf('2001:db8::1')).toBe(await keyOf('2001:db8:0:0:0:0:0:1%eth0'));
    });

    testWhere(!adapter.knowsNoAddresses).each([
      'garbage',
      '',
      '999.1.1.1',
      '1.2.3',
      '1.2.3.4.5',
      '2001:db8::1::2',
      'unknown',
      '<script>',
      '%',
      '[::1',
    ])("is the peer's address where what a proxy says is none: %j", async forwarded => {
      const keyOf = await keysOf({ trusts: 'oneProxy' });
      expect(await keyOf(forwarded)).toBe(await keyOf());
    });

    test('ignores the address that an untrusted client sends', async () => {
      const keyOf = await keysOf({ trusts: 'nobody' });
      expect(await keyOf('192.0.2.1')).toBe(await keyOf('192.0.2.2'));
    });

    test("ignores the address that a client sends to a trusted proxy, as the framework's setting does", async () => {
      const keyOf = await keysOf({ trusts: 'oneProxy' });
      expect(await keyOf('192.0.2.1, 203.0.113.9')).toBe(await keyOf('192.0.2.2, 203.0.113.9'));
    });
  });

  describe('a trust setting', () => {
    const warningsUnder = async (trusts: Trust) => {
      const warnings = warned();
      const gates = ['one', 'other'].map(name => limit({ ...upTo(100), name }));
      const served = await serve(adapter, { gates, trusts });
      for (let i = 0; i < 3; i++) await served.get({ 'X-Forwarded-For': `192.0.2.${i}` });
      await turn();
      return warnings.map(({ code }) => code);
    };

    const setting = testWhere(!adapter.knowsNoAddresses);

    setting('that lets any client choose its address is warned of, once for all limiters', async () => {
      expect(await warningsUnder('anyone')).toEqual(['BREAKING_TRUSTS_ANY_CLIENT']);
    });

    test('that trusts one proxy causes no warning', async () => {
      expect(await warningsUnder('oneProxy')).toEqual([]);
    });

    setting('that does not trust a proxy which names its clients is warned of', async () => {
      expect(await warningsUnder('nobody')).toEqual(['BREAKING_PROXY_NOT_TRUSTED']);
    });

    test('does not matter, and causes no warning, if keyOf gives the keys', async () => {
      const warnings = warned();
      const served = await serve(adapter, {
        gates: [limit({ ...upTo(9), keyOf: () => 'k' })],
        trusts: 'anyone',
      });
      await served.get();
      await turn();
      expect(warnings).toEqual([]);
    });
  });

  describe('on a Unix socket', () => {
    test('all clients without an address share one bucket, with one warning', async () => {
      const warnings = warned();
      const gates = [limit({ ...upTo(2), name: 'one' }), limit({ ...upTo(9), name: 'other' })];
      const served = await serve(adapter, { gates }, 'unixSocket');
      expect((await served.get()).status).toBe(200);
      expect((await served.ask({ path: '/none' })).status).toBe(404);
      expect((await served.get()).status).toBe(429);
      expect((await served.get()).status).toBe(429);
      await turn();
      // Without a shared server object, each limit warns separately.
      const often = adapter.knowsNoAddresses ? gates : [gates];
      expect(warnings.map(({ code }) => code)).toEqual(often.map(() => 'BREAKING_NO_ADDRESS'));
      expect(warnings[0]?.message).toMatch(
        adapter.knowsNoAddresses ? /Set addressOf or keyOf/ : /Unix socket/,
      );
    });

    test('clients have the addresses that a trusted proxy states, and other text is not an address', async () => {
      const warnings = warned();
      const gates = [limit(upTo(1))];
      const served = await serve(adapter, { gates, trusts: 'oneProxy' }, 'unixSocket');
      const statusOf = async (forwarded: string) =>
        (await served.get({ 'X-Forwarded-For': forwarded })).status;
      expect(await statusOf('192.0.2.1')).toBe(200);
      expect(await statusOf('192.0.2.2')).toBe(200);
      expect(await statusOf('192.0.2.1')).toBe(429);
      expect(warnings).toEqual([]);
      expect(await statusOf('garbage')).toBe(200);
      expect(await statusOf('rubbish')).toBe(429);
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_NO_ADDRESS']);
    });
  });
}
