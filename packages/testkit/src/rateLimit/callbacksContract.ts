import { type BucketPolicy, perDay } from '@breaking/core';
import type { RateLimitOptions } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { heard } from '../observed.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';

type Returned = <T>(value: T) => T | Promise<T>;

const HOW: readonly { readonly how: string; readonly returned: Returned }[] = [
  { how: 'at once', returned: value => value },
  { how: 'later', returned: async value => value },
];

const TIERS: Readonly<Record<string, BucketPolicy>> = { free: upTo(1), paid: upTo(3) };

/** Callbacks decide what counts. For wrong results see brokenCallbacksContract. */
export function callbacksContract(adapter: AdapterUnderTest): void {
  const { headerOf } = adapter;
  const served = (options: RateLimitOptions<unknown>) => serve(adapter, { gates: [limit(options)] });

  describe.each(HOW)('keyOf, returning $how,', ({ returned }) => {
    test('gives each key its own buckets', async () => {
      const { get } = bound(await served({ ...upTo(1), keyOf: req => returned(headerOf(req, 'x-user')) }));
      expect((await get({ 'X-User': 'alice' })).status).toBe(200);
      expect((await get({ 'X-User': 'alice' })).status).toBe(429);
      expect((await get({ 'X-User': 'bob' })).status).toBe(200);
    });

    test("falls back to the client's address if it returns undefined", async () => {
      const messages = heard('breaking:rate_limit:decision');
      const { get } = bound(await served({ ...upTo(1), keyOf: () => returned(undefined) }));
      const byAddress = bound(await served(upTo(1)));
      expect((await get()).status).toBe(200);
      expect((await get()).status).toBe(429);
      await byAddress.get();
      expect(messages[0]?.key).toBe(messages[2]?.key);
    });

    test('accepts any string, even the empty one and names of properties', async () => {
      const { get } = bound(
        await served({ ...upTo(1), keyOf: req => returned(headerOf(req, 'x-user') ?? '') }),
      );
      for (const key of [
        '',
        '__proto__',
        'constructor',
        'x'.repeat(5000),
        `${'x'.repeat(4999)}y`,
        'a:b',
        'a',
        'b',
      ]) {
        expect((await get({ 'X-User': key })).status).toBe(200);
        expect((await get({ 'X-User': key })).status).toBe(429);
      }
    });

    test('never gives the same key as an address', async () => {
      const messages = heard('breaking:rate_limit:decision');
      const keyOf = (req: unknown) => returned(headerOf(req, 'x-user'));
      const { get } = bound(await served({ ...upTo(1), keyOf }));
      await get();
      const address = messages[0]?.key ?? '';
      const keys = [address, '127.0.0.1', `key:${address}`, `key:key:${address}`, 'key:', 'ip:', 'x'];
      for (const key of keys) {
        expect((await get({ 'X-User': key })).status, key).toBe(200);
        expect((await get({ 'X-User': key })).status, key).toBe(429);
      }
    });
  });

  describe.each(HOW)('costOf, returning $how,', ({ returned }) => {
    test('decides how many tokens a request takes', async () => {
      const costOf = (req: unknown) => returned(Number(headerOf(req, 'x-cost')));
      const { get } = bound(await served({ ...upTo(5), costOf }));
      expect((await get({ 'X-Cost': '3' })).headers.ratelimit).toBe('"default";r=2;t=20');
      expect((await get({ 'X-Cost': '3' })).headers.ratelimit).toBe('"default";r=0;t=10');
      expect((await get({ 'X-Cost': '2' })).status).toBe(200);
    });

    test('may return 0, which takes nothing, and passes if nothing is left', async () => {
      const costOf = (req: unknown) => returned(Number(headerOf(req, 'x-cost')));
      const { get } = bound(await served({ ...upTo(2), costOf }));
      expect((await get({ 'X-Cost': '0' })).headers.ratelimit).toBe('"default";r=2;t=20');
      await get({ 'X-Cost': '2' });
      expect(await get({ 'X-Cost': '0' })).toMatchObject({
        status: 200,
        headers: { ratelimit: '"default";r=0;t=10' },
      });
    });

    test('may return more than can ever fit: a 429 that takes nothing', async () => {
      const { get } = bound(await served({ limits: { a: upTo(5), b: upTo(9) }, costOf: () => returned(6) }));
      const { status, headers } = await get();
      expect({ status, limit: headers.ratelimit }).toEqual({ status: 429, limit: '"a";r=0, "b";r=9;t=90' });
    });
  });

  describe.each(HOW)('limitsOf, returning $how,', ({ returned }) => {
    const limitsOf = (req: unknown) => returned(TIERS[headerOf(req, 'x-tier') ?? ''] ?? upTo(2));

    test('gives each request the limits of its tier', async () => {
      const { get } = bound(await served({ ...upTo(9), limitsOf, keyOf: req => headerOf(req, 'x-tier') }));
      expect((await get({ 'X-Tier': 'free' })).headers['ratelimit-policy']).toBe('"default";q=1;w=10');
      expect((await get({ 'X-Tier': 'free' })).status).toBe(429);
      expect((await get({ 'X-Tier': 'paid' })).headers['ratelimit-policy']).toBe('"default";q=3;w=30');
      expect((await get({ 'X-Tier': 'paid' })).status).toBe(200);
    });

    test('keeps the debt of a key when its tier changes', async () => {
      const { get } = bound(await served({ ...upTo(9), limitsOf, keyOf: () => 'alice' }));
      await get({ 'X-Tier': 'paid' });
      expect((await get({ 'X-Tier': 'free' })).status).toBe(429);
      expect((await get({ 'X-Tier': 'paid' })).headers.ratelimit).toBe('"default";r=1;t=10');
    });

    test('may return several named limits', async () => {
      const both = { burst: upTo(1), daily: perDay(5) };
      const { get } = bound(await served({ ...upTo(9), limitsOf: () => returned(both) }));
      await get();
      const { status, headers } = await get();
      expect({ status, policy: headers['ratelimit-policy'] }).toEqual({
        status: 429,
        policy: '"burst";q=1;w=10, "daily";q=5;w=86400',
      });
    });
  });

  describe.each(HOW)('skip, returning $how,', ({ returned }) => {
    test('lets a request pass without counting it, and without header fields', async () => {
      const skip = (req: unknown) => returned(headerOf(req, 'x-health') !== undefined);
      const { get } = bound(await served({ ...upTo(1), skip }));
      const skipped = await get({ 'X-Health': '1' });
      expect(skipped.status).toBe(200);
      expect(Object.keys(skipped.headers).filter(name => name.includes('ratelimit'))).toEqual([]);
      expect((await get()).status).toBe(200);
      expect((await get()).status).toBe(429);
      expect((await get({ 'X-Health': '1' })).status).toBe(200);
    });
  });

  test('for a request that is skipped, no other callback is called', async () => {
    const never = () => {
      throw new Error('was asked');
    };
    const { get } = bound(
      await served({ ...upTo(1), skip: () => true, keyOf: never, costOf: never, limitsOf: never }),
    );
    expect((await get()).status).toBe(200);
  });
}

/** A server whose `get` can be called without `this`. */
function bound(served: Awaited<ReturnType<typeof serve>>) {
  return { get: served.get.bind(served) };
}
