import { MockClock, perMinute } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { type ProtectOptions, protect } from '../src/index.js';
import { running, scriptedServer } from './scriptedServer.js';

const LIMITS = { rpm: perMinute(60, { burst: 3 }), tpm: perMinute(6000, { burst: 1000 }) };

/** The cost of a call in words, for a service that bills words. */
const costOf = (request: Request) => ({ rpm: 1, tpm: Number(request.headers.get('X-Words')) });

const words = (n: number) => ({ headers: { 'X-Words': String(n) } });

describe('a cost for each limit', () => {
  test('waits for the limit that takes longest', async () => {
    const clock = new MockClock();
    const times: number[] = [];
    const upstream = async () => {
      times.push(Math.round(clock.time * 10) / 10);
      return new Response();
    };
    const fetches = protect(upstream, { limits: LIMITS, costOf, maxWaitSecs: 30, clock });
    const calls = [900, 300, 100, 1].map(n => fetches('http://words.test', words(n)));
    await running(clock, Promise.all(calls));

    expect(times).toEqual([0, 2, 3, 3]);
  });

  test('is refused if it can never fit, and nothing is sent', async () => {
    const { url, times } = await scriptedServer([[200]]);
    const fetches = protect(fetch, { limits: LIMITS, costOf });

    await expect(fetches(url, words(1001))).rejects.toMatchObject({
      code: 'BREAKING_TOO_MANY_REQUESTS',
      retryAfterSecs: Infinity,
      decision: { violated: ['tpm'] },
    });
    expect(times).toEqual([]);
    expect(fetches.limiter?.peek(url, 3)).toMatchObject({ allowed: true });
  });

  test('is refunded if the breaker refuses the call after its wait', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[503]], clock);
    const breaker = { errorThreshold: 1, timeWindowSecs: 1000, cooldownSecs: 500, cooldownMaxSecs: 500 };
    const fetches = protect(fetch, { limits: LIMITS, costOf, maxWaitSecs: 30, breaker, clock });
    const [first, second] = [fetches(url, words(900)), fetches(url, words(300))];
    const refused = second.catch(error => error);
    await (await first).text();
    expect(await running(clock, refused)).toMatchObject({ code: 'BREAKING_TOO_MANY_ERRORS' });

    expect(clock.time).toBeCloseTo(2, 1);
    const { limits } = (await fetches.limiter?.peek(url)) ?? {};
    expect(limits?.map(({ tokensLeft }) => tokensLeft)).toEqual([3, 300]);
  });

  test.each<[string, ErrorConstructor, ProtectOptions['costOf']]>([
    ['a limit that there is not', TypeError, () => ({ rpm: 1, tpm: 1, tpd: 1 })],
    ['a limit missing', TypeError, () => ({ rpm: 1 })],
    ['a negative number', RangeError, () => ({ rpm: 1, tpm: -1 })],
    ['a fraction', RangeError, () => 0.5],
    ['a text', TypeError, () => '1' as never],
    ['nothing', TypeError, () => undefined as never],
    ['a promise of nonsense', RangeError, async () => NaN],
  ])('with %s rejects, and takes nothing', async (_, type, wrong) => {
    const { url, times } = await scriptedServer([[200]]);
    const fetches = protect(fetch, { limits: LIMITS, costOf: wrong });

    await expect(fetches(url)).rejects.toThrow(type);
    await expect(fetches(url)).rejects.toThrow(/^protect: costOf/);
    expect(times).toEqual([]);
    expect(fetches.limiter?.peek(url, 3)).toMatchObject({ allowed: true });
  });
});
