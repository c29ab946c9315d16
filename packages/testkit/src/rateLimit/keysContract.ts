import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { heard, turn, warned } from '../observed.js';
import { serve } from '../served.js';
import { testWhere } from '../testWhere.js';
import { limit, upTo } from './limit.js';

/** What `keyOf` and `addressOf` may return, and what they receive. */
export function keysContract(adapter: AdapterUnderTest): void {
  /** The keys that a server with these options uses for requests from these addresses. */
  const keysOf = async (options: Partial<Parameters<typeof limit>[0]>, addresses: readonly string[]) => {
    const messages = heard('breaking:rate_limit:decision');
    const gates = [limit({ ...upTo(100), ...options } as never)];
    const served = await serve(adapter, { gates, trusts: 'oneProxy' });
    for (const address of addresses) await served.get({ 'X-Forwarded-For': address });
    return messages.map(({ key }) => key);
  };

  describe('a key', () => {
    test('that contains the address counts an IPv6 network once, as the default key does', async () => {
      const keyOf = (_req: unknown, address: string) => `login:${address}`;
      const network = ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:1::3', '2001:db8::4', '2001:db8::5'];
      expect(new Set(await keysOf({ keyOf }, network))).toEqual(new Set(['login:2001:db8::/56']));
      expect(await keysOf({ keyOf }, ['::ffff:192.0.2.1', '192.0.2.1:443'])).toEqual([
        'login:192.0.2.1',
        'login:192.0.2.1',
      ]);
    });

    test('can contain the address however the second parameter is declared', async () => {
      const keyOf = (_req: unknown, address: string) => `login:${address}`;
      const traced = (...args: Parameters<typeof keyOf>) => keyOf(...args);
      const withDefault = (req: unknown, address = 'nowhere') => keyOf(req, address);
      for (const declared of [traced, withDefault]) {
        expect(await keysOf({ keyOf: declared }, ['192.0.2.1'])).toEqual(['login:192.0.2.1']);
      }
    });

    test('that is a number or a bigint is its digits, null is the address, and keyOf may be asynchronous', async () => {
      const ip = 'ip:192.0.2.1';
      for (const [answer, key] of [
        [17, '17'],
        [17n, '17'],
        [-0.5, '-0.5'],
        [null, ip],
        [undefined, ip],
        ['ip:192.0.2.1', 'key:ip:192.0.2.1'],
      ] as const) {
        expect(await keysOf({ keyOf: () => answer }, ['192.0.2.1'])).toEqual([key]);
        expect(await keysOf({ keyOf: async (_req, _address) => answer }, ['192.0.2.1'])).toEqual([key]);
      }
    });

    test.each([Number.NaN, Number.POSITIVE_INFINITY])('that is %s is an error', async answer => {
      const served = await serve(adapter, { gates: [limit({ ...upTo(9), keyOf: () => answer })] });
      expect((await served.get()).status).toBe(500);
    });

    test('that does not use the address causes no warning about a missing address', async () => {
      const warnings = warned();
      const gates = [limit({ ...upTo(9), keyOf: _req => 'k' })];
      const served = await serve(adapter, { gates, trusts: 'anyone' }, 'unixSocket');
      await served.get();
      await turn();
      expect(warnings).toEqual([]);
    });

    testWhere(!adapter.knowsNoAddresses)(
      'that uses the address causes a warning where any client may choose its address',
      async () => {
        const warnings = warned();
        const gates = [limit({ ...upTo(9), keyOf: (_req, address) => address })];
        const served = await serve(adapter, { gates, trusts: 'anyone' });
        await served.get();
        await turn();
        expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_TRUSTS_ANY_CLIENT']);
      },
    );
  });

  describe('addressOf', () => {
    const byCdn = (req: unknown) => adapter.headerOf(req, 'x-cdn-ip');
    const keyOfClient = async (options: object, headers: Record<string, string>) => {
      const messages = heard('breaking:rate_limit:decision');
      const served = await serve(adapter, { gates: [limit({ ...upTo(9), ...options })] });
      const { status } = await served.get(headers);
      return messages[0]?.key ?? status;
    };

    test("returns the client's address, in the form of the default key", async () => {
      const headers = { 'X-CDN-IP': '2001:db8::1' };
      for (const addressOf of [byCdn, async (req: unknown) => byCdn(req)]) {
        expect(await keyOfClient({ addressOf }, headers)).toBe('ip:2001:db8::/56');
        expect(await keyOfClient({ addressOf, ipv6PrefixBits: 64 }, headers)).toBe('ip:2001:db8::/64');
        const keyOf = (_req: unknown, address: string) => `login:${address}`;
        expect(await keyOfClient({ addressOf, keyOf }, headers)).toBe('login:2001:db8::/56');
      }
    });

    test('may return an address with white space around it, as in a list in a header', async () => {
      for (const address of [
        ' 198.51.100.1',
        '198.51.100.1 ',
        '\t198.51.100.1:443',
        ' ::ffff:198.51.100.1',
      ]) {
        expect(await keyOfClient({ addressOf: () => address }, {})).toBe('ip:198.51.100.1');
      }
      expect(await keyOfClient({ addressOf: () => ' [2001:db8::1]:443 ' }, {})).toBe('ip:2001:db8::/56');
    });

    test('that returns a string that is not an address is shown in the warning if there is no other address', async () => {
      const warnings = warned();
      const gates = [limit({ ...upTo(9), addressOf: () => `unknown${'!'.repeat(100)}` })];
      const served = await serve(adapter, { gates }, 'unixSocket');
      expect((await served.get()).status).toBe(200);
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_NO_ADDRESS']);
      expect(warnings[0]?.message).toMatch(
        /: addressOf returned "unknown!{50}\.\.\.", which is not an address: /,
      );
    });

    testWhere(!adapter.knowsNoAddresses)(
      'that returns undefined leaves it to the framework, and an answer that is no address means the peer',
      async () => {
        expect(await keyOfClient({ addressOf: byCdn }, {})).toBe('ip:127.0.0.1');
        expect(await keyOfClient({ addressOf: () => null }, {})).toBe('ip:127.0.0.1');
        expect(await keyOfClient({ addressOf: () => 'garbage' }, {})).toBe('ip:127.0.0.1');
      },
    );

    test('that returns a wrong value is an error', async () => {
      expect(await keyOfClient({ addressOf: () => 17 }, {})).toBe(500);
    });

    test('causes no warning about the trust setting', async () => {
      const warnings = warned();
      const gates = [limit({ ...upTo(9), addressOf: () => '192.0.2.1' })];
      const served = await serve(adapter, { gates, trusts: 'anyone' });
      await served.get();
      await turn();
      expect(warnings).toEqual([]);
    });
  });
}
