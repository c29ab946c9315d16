import { MockClock, perDay, perMinute, perSecond } from '@breaking/core';
import type { RateLimitOptions } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest, GateUnderTest } from '../adapterUnderTest.js';
import { type Answer, serve } from '../served.js';
import { limit, upTo } from './limit.js';

/** The header fields of draft-ietf-httpapi-ratelimit-headers-11, which are the default. */
export function draft11Contract(adapter: AdapterUnderTest): void {
  const answersOf = async (gates: readonly GateUnderTest[], requests: number) => {
    const served = await serve(adapter, { gates });
    const answers: Answer[] = [];
    for (let i = 0; i < requests; i++) answers.push(await served.get());
    return answers.map(({ status, headers }) => ({
      status,
      policy: headers['ratelimit-policy'],
      limit: headers.ratelimit,
    }));
  };
  const firstOf = async (options: RateLimitOptions<unknown>) => (await answersOf([limit(options)], 1))[0];
  const lastOf = async (requests: number, ...gates: GateUnderTest[]) => {
    return (await answersOf(gates, requests)).at(-1);
  };

  describe('RateLimit and RateLimit-Policy', () => {
    test('show quota, window, what is left and for how long it should last, for each limit', async () => {
      expect(await firstOf({ limits: { burst: perSecond(20), daily: perDay(5000) } })).toEqual({
        status: 200,
        policy: '"burst";q=20;w=1, "daily";q=5000;w=86400',
        limit: '"burst";r=19;t=1, "daily";r=4999;t=86383',
      });
    });

    test('use the name "default" for a single limit', async () => {
      expect(await firstOf(upTo(3))).toMatchObject({
        policy: '"default";q=3;w=30',
        limit: '"default";r=2;t=20',
      });
    });

    test("use the limiter's name for a single limit", async () => {
      expect(await firstOf({ ...upTo(3), name: 'api' })).toMatchObject({
        policy: '"api";q=3;w=30',
        limit: '"api";r=2;t=20',
      });
    });

    test('escape the names of limits', async () => {
      const limits = { 'a "quoted" name': upTo(3), 'back\\slash': upTo(3), 'a, b;c=d': upTo(3) };
      expect(await firstOf({ limits })).toMatchObject({
        limit: '"a \\"quoted\\" name";r=2;t=20, "back\\\\slash";r=2;t=20, "a, b;c=d";r=2;t=20',
      });
    });

    test('show the wait for the next token if none is left', async () => {
      expect(await firstOf(upTo(1))).toMatchObject({ status: 200, limit: '"default";r=0;t=10' });
    });

    test('show r=0 and its own wait for a limit that refused, and the others unchanged', async () => {
      const limits = { burst: perMinute(3), daily: perDay(5) };
      expect(await lastOf(2, limit({ limits, costOf: () => 2 }))).toEqual({
        status: 429,
        policy: '"burst";q=3;w=60, "daily";q=5;w=86400',
        limit: '"burst";r=0;t=20, "daily";r=3;t=51840',
      });
    });

    test('show the wait of each limit that refused', async () => {
      const limits = { short: perMinute(1), long: perDay(1) };
      expect(await lastOf(2, limit({ limits }))).toMatchObject({
        status: 429,
        limit: '"short";r=0;t=60, "long";r=0;t=86400',
      });
    });

    test('show no wait for a cost that can never fit', async () => {
      const limits = { small: upTo(2), large: upTo(9) };
      expect(await firstOf({ limits, costOf: () => 3 })).toMatchObject({
        status: 429,
        limit: '"small";r=0, "large";r=9;t=90',
      });
    });

    test('show the rate of a bucket that is smaller than a second of it, and a wait only in a refusal', async () => {
      const options = { capacityMax: 2, restoreRateHz: 10.5 };
      const answers = await answersOf([limit(options)], 3);
      expect(answers).toEqual([
        { status: 200, policy: '"default";q=10;w=1', limit: '"default";r=1' },
        { status: 200, policy: '"default";q=10;w=1', limit: '"default";r=0' },
        { status: 429, policy: '"default";q=10;w=1', limit: '"default";r=0;t=1' },
      ]);
    });

    test('show the capacity of a bucket that holds exactly a second of its rate', async () => {
      expect(await firstOf(perSecond(10))).toMatchObject({
        policy: '"default";q=10;w=1',
        limit: '"default";r=9;t=1',
      });
    });

    test.each([7, 11, 14, 49, 97])('round 60 seconds to 60, not to 61: %i a minute', async n => {
      const answer = await firstOf(perMinute(n));
      expect(answer?.policy).toBe(`"default";q=${n};w=60`);
    });

    test('round everything else up, to at least 1', async () => {
      expect(await firstOf({ capacityMax: 10, restoreRateHz: 9.9 })).toMatchObject({
        policy: '"default";q=10;w=2',
        limit: '"default";r=9;t=1',
      });
      expect(await firstOf({ capacityMax: 1000, restoreRateHz: 999, costOf: () => 999 })).toMatchObject({
        limit: '"default";r=1;t=1',
      });
    });

    test('count whole tokens, while fractions of them come back', async () => {
      const clock = new MockClock(1000);
      const served = await serve(adapter, { gates: [limit({ ...upTo(3), clock })] });
      await served.get();
      clock.advanceBy(9);
      await served.get();
      clock.advanceBy(0.5);
      expect((await served.get()).headers.ratelimit).toBe('"default";r=0;t=1');
    });

    test('join the members of several limiters on one request, in the order in which it passed them', async () => {
      const gates = [limit({ ...upTo(5), name: 'app' }), limit({ ...upTo(3), name: 'route' })];
      expect(await lastOf(1, ...gates)).toEqual({
        status: 200,
        policy: '"app";q=5;w=50, "route";q=3;w=30',
        limit: '"app";r=4;t=40, "route";r=2;t=20',
      });
    });

    test('show the limiters that let a request pass together with the one that refuses it', async () => {
      const gates = [limit({ ...upTo(5), name: 'app' }), limit({ ...upTo(1), name: 'route' })];
      expect(await lastOf(2, ...gates)).toEqual({
        status: 429,
        policy: '"app";q=5;w=50, "route";q=1;w=10',
        limit: '"app";r=3;t=30, "route";r=0;t=10',
      });
    });

    test('do not show a limiter that the request did not reach', async () => {
      const gates = [limit({ ...upTo(1), name: 'app' }), limit({ ...upTo(5), name: 'route' })];
      expect(await lastOf(2, ...gates)).toEqual({
        status: 429,
        policy: '"app";q=1;w=10',
        limit: '"app";r=0;t=10',
      });
    });

    test('are not set on a request that was skipped', async () => {
      expect(await firstOf({ ...upTo(1), skip: () => true })).toEqual({ status: 200 });
    });
  });
}
