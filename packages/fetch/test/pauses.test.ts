import { MemoryBucketStore, MockClock, perSecond } from '@breaking/core';
import { until } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { running, scriptedServer } from './scriptedServer.js';
import { quiet } from './wire.js';

const half = () => 0.5;
const hang = () => {};

describe('a pause', () => {
  test('after a 429 with Retry-After holds every call of its key, then lets one go alone', async () => {
    const clock = new MockClock();
    const open: (() => void)[] = [];
    const { url, times } = await scriptedServer(
      [[429, { 'Retry-After': '5' }], (_req, res) => void open.push(() => res.end('answer')), [200]],
      clock,
    );
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });

    expect((await fetches(url)).status).toBe(429);
    const calls = Array.from({ length: 10 }, () => fetches(url));
    await running(
      clock,
      until(() => open.length > 0),
      0.5,
    );
    await quiet();
    expect(times.length).toBe(2);
    expect(times[1]).toBeGreaterThanOrEqual(5);
    open[0]!();
    await Promise.all(calls);
    expect(times.length).toBe(11);
  });

  test('lets as many go as the first response allows, calls in flight included', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer(
      [[429, { 'Retry-After': '5' }], [200, { RateLimit: '"api";r=3;t=1' }], hang],
      clock,
    );
    const fetches = protect(fetch, { clock, maxWaitSecs: 100 });
    await fetches(url);
    for (let i = 0; i < 10; i++) void fetches(url).catch(() => {});
    clock.advanceBy(5);
    await until(() => times.length >= 5);
    await quiet();

    expect(times.length).toBe(5);
  });

  test('is not needed where little is left: the count holds until its reset', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[200, { RateLimit: '"api";r=1;t=2' }], hang], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(1000) });
    await fetches(url);
    const three = () => Array.from({ length: 3 }, () => fetches(url).catch(error => error.code));
    const [sent, ...refused] = three();
    expect(await Promise.all(refused)).toEqual(Array(2).fill('BREAKING_TOO_MANY_REQUESTS'));
    clock.advanceBy(2);
    void Promise.all([sent, ...three()]);
    await until(() => times.length >= 5);
  });

  test('is not needed where little is left: those who wait proceed at its reset, whatever became of the one that went', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[200, { RateLimit: '"api";r=1;t=2' }], hang], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 60 });
    await fetches(url);
    for (let i = 0; i < 3; i++) void fetches(url).catch(() => {});
    await until(() => times.length >= 2);
    clock.advanceBy(2);
    await until(() => times.length >= 4);

    expect(times).toEqual([0, 0, 2, 2]);
  });

  test('starts before the first 429 when a response leaves no quota', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[200, { RateLimit: '"api";r=0;t=4' }], [200]], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });
    await fetches(url);

    await running(clock, fetches(url));
    expect(times[1]).toBeGreaterThanOrEqual(4);
  });

  test('that is longer than maxWaitSecs returns the 429, and refuses the next call at once', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '60' }]], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 10, retry: { attempts: 3, random: half } });

    expect((await fetches(url)).status).toBe(429);
    await expect(fetches(url)).rejects.toMatchObject({
      code: 'BREAKING_TOO_MANY_REQUESTS',
      retryAfterSecs: 60,
    });
    expect(times.length).toBe(1);
  });

  test('does not follow a 503, whose Retry-After delays its own call alone', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503, { 'Retry-After': '5' }], [200]], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });

    expect((await fetches(url)).status).toBe(503);
    expect((await fetches(url)).status).toBe(200);
    expect(times).toEqual([0, 0]);
  });

  test('does not hold a call without limits and maxWaitSecs', async () => {
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '60' }]]);
    const fetches = protect(fetch, { maxInFlight: 5 });
    for (let i = 0; i < 3; i++) expect((await fetches(url)).status).toBe(429);
    expect(times.length).toBe(3);
  });
});

describe('limits', () => {
  test('release calls in order, as fast as tokens return', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[200]], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(1, { burst: 2 }), maxWaitSecs: 10 });
    const order: number[] = [];
    const calls = Array.from({ length: 5 }, async (_, i) => {
      await (await fetches(url)).text();
      order.push(i);
    });
    await running(clock, Promise.all(calls));

    expect(order).toEqual([0, 1, 2, 3, 4]);
    for (let i = 2; i < 5; i++) expect(times[i]).toBeGreaterThanOrEqual(i - 1);
  });

  test('refuse a call at once if it would wait longer than maxWaitSecs', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[200]], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(0.1, { burst: 1 }), maxWaitSecs: 5 });
    await fetches(url);

    await expect(fetches(url)).rejects.toMatchObject({
      code: 'BREAKING_TOO_MANY_REQUESTS',
      retryAfterSecs: 10,
    });
  });

  test('take the cost of a call, and refund it if the breaker refuses the call', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[500], hang], clock);
    const fetches = protect(fetch, {
      clock,
      limits: perSecond(1, { burst: 10 }),
      costOf: request => Number(request.headers.get('X-Cost')),
      breaker: { errorThreshold: 1, timeWindowSecs: 60 },
      maxInFlight: 1,
      maxWaitSecs: 10,
    });
    const first = fetches(url, { headers: { 'X-Cost': '3' } });
    const second = fetches(url, { headers: { 'X-Cost': '4' } });
    const refused = expect(second).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_ERRORS' });
    await (await first).text();
    await refused;

    expect(fetches.limiter?.peek(url)).toMatchObject({ limits: [{ tokensLeft: 7 }] });
  });

  test('in a shared store make a 429 of one process hold back the others too', async () => {
    const clock = new MockClock();
    const store = new MemoryBucketStore();
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '5' }], [200]], clock);
    const options = { name: 'api', clock, store, limits: perSecond(100), maxWaitSecs: 10 };
    await protect(fetch, options)(url);
    await running(clock, protect(fetch, options)(url));

    expect(times[1]).toBeGreaterThanOrEqual(5);
  });
});
