import { perDay } from '@breaking/core';
import type { HeaderFormat } from '@breaking/http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { turn, warned } from '../observed.js';
import { type Answer, serve } from '../served.js';
import { limit, upTo } from './limit.js';

/** 2026-01-01T00:00:00Z */
const NOW = 1_767_225_600;

/** The older header fields, which show only the most restrictive limit. */
export function headerFormatsContract(adapter: AdapterUnderTest): void {
  const fieldsOf = ({ headers }: Answer) => {
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name.includes('ratelimit')));
  };
  const fields = async (headers: HeaderFormat | readonly HeaderFormat[] | false, requests = 1) => {
    const limits = { burst: upTo(3), daily: perDay(50) };
    const served = await serve(adapter, { gates: [limit({ limits, headers })] });
    for (let i = 1; i < requests; i++) await served.get();
    return fieldsOf(await served.get());
  };

  describe('headers', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1000 }));
    afterEach(() => void vi.useRealTimers());

    test("'draft-7' are RateLimit with limit, remaining and reset, and a policy", async () => {
      expect(await fields('draft-7')).toEqual({
        ratelimit: 'limit=3, remaining=2, reset=20',
        'ratelimit-policy': '3;w=30',
      });
      expect(await fields('draft-7', 4)).toEqual({
        ratelimit: 'limit=3, remaining=0, reset=10',
        'ratelimit-policy': '3;w=30',
      });
    });

    test("'draft-6' are RateLimit-Limit, -Remaining, -Reset, and a policy", async () => {
      expect(await fields('draft-6')).toEqual({
        'ratelimit-limit': '3',
        'ratelimit-remaining': '2',
        'ratelimit-reset': '20',
        'ratelimit-policy': '3;w=30',
      });
    });

    test("'legacy' are X-RateLimit-*, with the reset in Unix seconds", async () => {
      expect(await fields('legacy')).toEqual({
        'x-ratelimit-limit': '3',
        'x-ratelimit-remaining': '2',
        'x-ratelimit-reset': String(NOW + 20),
      });
      expect(await fields('legacy', 4)).toEqual({
        'x-ratelimit-limit': '3',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(NOW + 10),
      });
    });

    test('a reset is at least a second away', async () => {
      const served = async (headers: HeaderFormat) => {
        return serve(adapter, { gates: [limit({ capacityMax: 5, restoreRateHz: 100, headers })] });
      };
      const draft7 = fieldsOf(await (await served('draft-7')).get());
      expect(draft7).toEqual({ ratelimit: 'limit=100, remaining=4, reset=1', 'ratelimit-policy': '100;w=1' });
      const legacy = fieldsOf(await (await served('legacy')).get());
      expect(legacy['x-ratelimit-reset']).toBe(String(NOW + 1));
    });

    test('of a cost that can never fit show a reset no sooner than the window', async () => {
      const gates = [limit({ ...upTo(3), costOf: () => 4, headers: 'draft-7' })];
      const served = await serve(adapter, { gates });
      expect((await served.get()).headers.ratelimit).toBe('limit=3, remaining=0, reset=30');
    });

    test('with a list are all set', async () => {
      expect(await fields(['draft-11', 'legacy'])).toEqual({
        ratelimit: '"burst";r=2;t=20, "daily";r=49;t=84672',
        'ratelimit-policy': '"burst";q=3;w=30, "daily";q=50;w=86400',
        'x-ratelimit-limit': '3',
        'x-ratelimit-remaining': '2',
        'x-ratelimit-reset': String(NOW + 20),
      });
      expect(Object.keys(await fields(['draft-7', 'legacy'], 4))).toHaveLength(5);
      expect(Object.keys(await fields(['draft-6', 'draft-7', 'legacy']))).toHaveLength(8);
    });

    test('with false are not set, except Retry-After', async () => {
      expect(await fields(false)).toEqual({});
      expect(await fields(false, 4)).toEqual({});
      const served = await serve(adapter, { gates: [limit({ ...upTo(1), headers: false })] });
      await served.get();
      expect((await served.get()).headers['retry-after']).toBe('10');
    });

    test('show the most restrictive limit: a refusal first, and of several the one with the longest wait', async () => {
      const limits = { short: upTo(1), long: perDay(1), empty: upTo(1) };
      const served = await serve(adapter, { gates: [limit({ limits, headers: 'draft-7' })] });
      await served.get();
      expect((await served.get()).headers.ratelimit).toBe('limit=1, remaining=0, reset=86400');
    });

    test('show a limit that refused before one with fewer tokens left', async () => {
      const limits = { empty: upTo(2), refusing: upTo(3) };
      const gates = [limit({ limits, headers: 'draft-7', limitsOf: () => limits, costOf: () => 2 })];
      const served = await serve(adapter, { gates });
      await served.get();
      expect((await served.get()).headers.ratelimit).toBe('limit=2, remaining=0, reset=20');
    });

    test('show the most restrictive limit of several limiters', async () => {
      const gates = [3, 2, 4].map(n => limit({ ...upTo(n), headers: 'draft-6' }));
      const served = await serve(adapter, { gates });
      expect((await served.get()).headers['ratelimit-limit']).toBe('2');
      await served.get();
      expect((await served.get()).headers).toMatchObject({
        'ratelimit-limit': '2',
        'ratelimit-remaining': '0',
      });
    });

    test('are set by each limiter in its own formats', async () => {
      const warnings = warned();
      const gates = [limit({ ...upTo(3), name: 'app' }), limit({ ...upTo(2), headers: 'legacy' })];
      const served = await serve(adapter, { gates });
      const expected = {
        ratelimit: '"app";r=2;t=20',
        'x-ratelimit-limit': '2',
        'x-ratelimit-remaining': '1',
      };
      expect((await served.get()).headers).toMatchObject(expected);
      await served.get();
      const refused = await served.get();
      expect(refused.status).toBe(429);
      expect(refused.headers).toMatchObject({ ratelimit: '"app";r=0;t=10', 'x-ratelimit-remaining': '0' });
      await turn();
      expect(warnings.map(({ code }) => code)).toEqual(['BREAKING_HEADERS_CLASH']);
    });
  });
}
