import { MockClock } from '@breaking/core';
import { turn, until } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { running, scriptedServer } from './scriptedServer.js';
import { quiet } from './wire.js';

const hang = () => {};

describe('a timeout', () => {
  test('ends an attempt without a head, with a TimeoutError that counts as a failure', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([hang], clock);
    const fetches = protect(fetch, {
      clock,
      timeoutSecs: 2,
      breaker: { errorThreshold: 1, timeWindowSecs: 60 },
    });

    await expect(running(clock, fetches(url))).rejects.toMatchObject({
      code: 'BREAKING_TIMEOUT',
      timeoutSecs: 2,
    });
    expect(fetches.breakers?.get(url).state).toBe('open');
  });

  test('ends an unfinished body', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([(_req, res) => void res.writeHead(200).write('begun')], clock);
    const response = await protect(fetch, { clock, timeoutSecs: 2, bodyTimeoutSecs: 3 })(url);

    await expect(running(clock, response.text())).rejects.toMatchObject({
      code: 'BREAKING_TIMEOUT',
      timeoutSecs: 3,
    });
  });

  test("passes the caller's abort on to the body", async () => {
    const { url } = await scriptedServer([(_req, res) => void res.writeHead(200).write('begun')]);
    const controller = new AbortController();
    const response = await protect(fetch, { timeoutSecs: 60 })(url, { signal: controller.signal });
    const heard = expect(response.text()).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await heard;
  });
});

describe('a place', () => {
  test('is held until the body ends', async () => {
    const { url, times } = await scriptedServer([[200]]);
    const fetches = protect(fetch, { maxInFlight: 1, maxWaitSecs: 60 });
    const first = await fetches(url);
    const second = fetches(url);
    await quiet();
    expect(times.length).toBe(1);
    await first.text();
    expect((await second).status).toBe(200);
  });

  test.each<[string, (response: Response) => Promise<unknown>]>([
    ['text', response => response.text()],
    ['a clone', async response => [await response.clone().text(), await response.text()]],
    ['cancel', async response => response.body?.cancel()],
    ['pipeTo', async response => response.body?.pipeTo(new WritableStream())],
    [
      'a loop',
      async response => {
        for await (const _ of response.body ?? []);
      },
    ],
  ])('is free for the next call as soon as a body was read: %s', async (_how, read) => {
    const { url } = await scriptedServer([[200]]);
    const fetches = protect(fetch, { maxInFlight: 1 });
    for (let i = 0; i < 5; i++) await read(await fetches(url));
    expect((await fetches(url)).status).toBe(200);
  });

  test('is free while its call waits for another attempt, and is waited for again', async () => {
    const clock = new MockClock();
    const end: (() => void)[] = [];
    const { url, times } = await scriptedServer(
      [[503, { 'Retry-After': '5' }], (_req, res) => void end.push(() => void res.end('second')), [200]],
      clock,
    );
    const fetches = protect(fetch, { clock, maxInFlight: 1, maxWaitSecs: 60, retry: { attempts: 2 } });
    const first = fetches(url);
    await until(() => times.length >= 1);
    const second = fetches(url);
    await until(() => times.length >= 2);
    expect(clock.time).toBe(0);
    clock.advanceBy(6);
    await quiet();
    expect(times.length).toBe(2);
    end[0]?.();

    expect(await (await second).text()).toBe('second');
    expect(await (await first).text()).toBe('answer');
    expect(times).toEqual([0, 0, 6]);
  });

  test('that nobody frees in time for another attempt leaves the call with its last response', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503, { 'Retry-After': '5' }], hang], clock);
    const fetches = protect(fetch, { clock, maxInFlight: 1, retry: { attempts: 2 } });
    const first = fetches(url);
    await until(() => times.length >= 1);
    while (times.length < 2) {
      void fetches(url).catch(() => {});
      await turn();
    }
    clock.advanceBy(6);

    expect([(await first).status, await (await first).text()]).toEqual([503, 'answer']);
  });

  test('that is not free within maxWaitSecs rejects the call with Overloaded', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([hang], clock);
    const fetches = protect(fetch, { clock, maxInFlight: 1, maxWaitSecs: 2 });
    void fetches(url).catch(() => {});

    await expect(running(clock, fetches(url))).rejects.toMatchObject({ code: 'BREAKING_OVERLOADED' });
    expect(clock.time).toBeGreaterThanOrEqual(2);
    expect(times.length).toBe(1);
  });
});
