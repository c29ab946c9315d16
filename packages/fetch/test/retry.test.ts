import { MockClock, perSecond } from '@breaking/core';
import { heard, until } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { running, scriptedServer } from './scriptedServer.js';

const half = () => 0.5;

describe('a retry', () => {
  test('repeats what may succeed, with full jitter over doubling delays', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503], [502], [200]], clock);
    const fetches = protect(fetch, { clock, retry: { attempts: 3, backoffSecs: 1, random: half } });

    expect((await running(clock, fetches(url))).status).toBe(200);
    expect(times.length).toBe(3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(0.5);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1);
  });

  test('returns the last response unchanged after the last attempt', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[500]], clock);
    const response = await running(
      clock,
      protect(fetch, { clock, retry: { attempts: 3, random: half } })(url),
    );

    expect([response.status, await response.text(), times.length]).toEqual([500, 'answer', 3]);
  });

  test.each<[string, RequestInit, number]>([
    ['a POST', { method: 'POST', body: 'a' }, 1],
    ['a POST with an Idempotency-Key', { method: 'POST', body: 'a', headers: { 'Idempotency-Key': '1' } }, 2],
    ['a PUT of a string', { method: 'PUT', body: 'a' }, 2],
    ['a PUT of a form', { method: 'PUT', body: new URLSearchParams('a=b') }, 2],
    [
      'a PUT of a stream',
      { method: 'PUT', body: new Blob(['a']).stream(), duplex: 'half' } as RequestInit,
      1,
    ],
  ])('after a 503 of %s makes %o', async (_what, init, attempts) => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503]], clock);
    await running(clock, protect(fetch, { clock, retry: { attempts: 2, random: half } })(url, init));

    expect(times.length).toBe(attempts);
  });

  test('repeats any method after a 429, since nothing was carried out, and sends its body again', async () => {
    const clock = new MockClock();
    const { url, bodies } = await scriptedServer([[429], [200]], clock);
    const fetches = protect(fetch, { clock, retry: { attempts: 2, random: half } });

    expect((await running(clock, fetches(url, { method: 'POST', body: 'pay' }))).status).toBe(200);
    expect(bodies).toEqual(['pay', 'pay']);
  });

  test('waits for Retry-After, and does not happen if that is longer than backoffMaxSecs', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer(
      [
        [503, { 'Retry-After': '7' }],
        [503, { 'Retry-After': '11' }],
      ],
      clock,
    );
    const response = await running(
      clock,
      protect(fetch, { clock, retry: { attempts: 5, random: half } })(url),
    );

    expect(response.status).toBe(503);
    expect(times.length).toBe(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(7);
  });

  test('requires a token of the budget, so that many failures do not cause as many retries', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[500]], clock);
    const budget = perSecond(0.001, { burst: 3 });
    const fetches = protect(fetch, { clock, retry: { attempts: 4, budget, random: half } });
    await running(clock, Promise.all(Array.from({ length: 20 }, () => fetches(url))));

    expect(times.length).toBe(23);
  });

  test('stops at once when the caller aborts during a backoff', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[500]], clock);
    const attempts = heard('breaking:fetch:attempt');
    const controller = new AbortController();
    const call = protect(fetch, { clock, retry: { attempts: 3, random: half } })(url, {
      signal: controller.signal,
    });
    const stopped = expect(call).rejects.toThrow('enough');
    await until(() => attempts.length > 0);
    controller.abort(new Error('enough'));

    await stopped;
    expect(times.length).toBe(1);
  });

  test('is published with each attempt', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[503, { 'Retry-After': '2' }], [200]], clock);
    const attempts = heard('breaking:fetch:attempt');
    await running(clock, protect(fetch, { name: 'api', clock, retry: { attempts: 2, random: half } })(url));

    expect(attempts).toEqual([
      { name: 'api', key: url, attempt: 1, status: 503, willRetryInSecs: 2 },
      { name: 'api', key: url, attempt: 2, status: 200 },
    ]);
  });
});
