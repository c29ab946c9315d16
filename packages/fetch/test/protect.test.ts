import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryBucketStore, MockClock, perSecond } from '@breaking/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { protect } from '../src/index.js';
import { running, scriptedServer } from './scriptedServer.js';

const half = () => 0.5;
const hang = () => {};
const open = { errorThreshold: 2, timeWindowSecs: 60 };

describe('protect', () => {
  test('without options is fetch itself', () => {
    expect(protect(fetch, {})).toBe(fetch);
  });

  test('gives back the very response of fetch', async () => {
    const { url } = await scriptedServer([[200, { 'X-Own': 'yes' }]]);
    const response = await protect(fetch, { maxInFlight: 1, timeoutSecs: 5, retry: { attempts: 2 } })(url);

    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.url, response.redirected, response.type]).toEqual([
      200,
      `${url}/`,
      false,
      'basic',
    ]);
    expect(response.headers.get('X-Own')).toBe('yes');
    expect(await response.clone().text()).toBe('answer');
    expect(await response.text()).toBe('answer');
  });

  test.each<[string, object]>([
    ['protect: unknown option "retires"', { retires: 3 }],
    ['protect: maxWaitSecs must be >= 0, got -1', { maxWaitSecs: -1 }],
    ['protect: timeoutSecs must be > 0, got 0', { timeoutSecs: 0 }],
    ['protect: maxInFlight must be a whole number, at least 1, got 0.5', { maxInFlight: 0.5 }],
    ['protect: retry: attempts must be a number, got undefined', { retry: {} }],
    [
      'protect: retry: backoffMaxSecs must be >= 2, got 1',
      { retry: { attempts: 2, backoffSecs: 2, backoffMaxSecs: 1 } },
    ],
    ['protect: costOf must not be given without limits', { costOf: () => 1 }],
    ['protect: breaker: errorThreshold must be a number, got undefined', { breaker: {} }],
  ])('throws "%s"', (message, options) => {
    expect(() => protect(fetch, options)).toThrow(message);
  });

  test('leaves what is no URL to fetch', async () => {
    await expect(protect(fetch, { maxInFlight: 1 })('nowhere')).rejects.toThrow('Failed to parse URL');
  });
});

describe('the breaker', () => {
  test('opens on statuses of 500 and more, one for each origin', async () => {
    const broken = await scriptedServer([[503]]);
    const sound = await scriptedServer([[404]]);
    const fetches = protect(fetch, { name: 'shop', breaker: open });

    expect((await fetches(broken.url)).status).toBe(503);
    expect((await fetches(`${broken.url}/other`)).status).toBe(503);
    await expect(fetches(broken.url)).rejects.toMatchObject({
      code: 'BREAKING_TOO_MANY_ERRORS',
      status: 503,
    });
    for (let i = 0; i < 3; i++) expect((await fetches(sound.url)).status).toBe(404);
    expect(broken.times.length).toBe(2);
    expect(fetches.breakers?.get(broken.url).state).toBe('open');
  });

  test('opens on network errors, which come out as they are', async () => {
    const { url } = await scriptedServer([req => req.socket.destroy()]);
    const fetches = protect(fetch, { breaker: open });

    for (let i = 0; i < 2; i++) await expect(fetches(url)).rejects.toThrow('fetch failed');
    await expect(fetches(url)).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_ERRORS' });
  });

  test("ignores the caller's own abort", async () => {
    const { url } = await scriptedServer([hang]);
    const fetches = protect(fetch, { breaker: { errorThreshold: 1, timeWindowSecs: 60 } });
    const controller = new AbortController();
    const call = fetches(url, { signal: controller.signal });
    await turn();
    controller.abort(new Error('enough'));

    await expect(call).rejects.toThrow('enough');
    expect(fetches.breakers?.get(url).state).toBe('closed');
  });

  test('is asked again after the waiting: many that wait for a dead upstream are not as many calls', async () => {
    const { url, times } = await scriptedServer([(_req, res) => void res.writeHead(500).end()]);
    const fetches = protect(fetch, {
      maxInFlight: 1,
      maxWaitSecs: 60,
      breaker: { errorThreshold: 5, timeWindowSecs: 60 },
    });
    const calls = Array.from({ length: 60 }, async () => (await fetches(url)).text());
    const ends = await Promise.allSettled(calls);

    expect(ends.filter(end => end.status === 'fulfilled').length).toBe(5);
    expect(times.length).toBe(5);
  });
});

describe('a retry', () => {
  test('repeats what may succeed, with full jitter that doubles', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503], [502], [200]], clock);
    const fetches = protect(fetch, { clock, retry: { attempts: 3, backoffSecs: 1, random: half } });

    expect((await running(clock, fetches(url))).status).toBe(200);
    expect(times.length).toBe(3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(0.5);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1);
  });

  test('gives the last answer back as it is when the attempts have run out', async () => {
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

  test('repeats any method after a 429, which was not carried out, and sends its body again', async () => {
    const clock = new MockClock();
    const { url, bodies } = await scriptedServer([[429], [200]], clock);
    const fetches = protect(fetch, { clock, retry: { attempts: 2, random: half } });

    expect((await running(clock, fetches(url, { method: 'POST', body: 'pay' }))).status).toBe(200);
    expect(bodies).toEqual(['pay', 'pay']);
  });

  test('never comes before Retry-After, and not at all where that is longer than backoffMaxSecs', async () => {
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

  test('needs a token of the budget: a storm of failures is no storm of retries', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[500]], clock);
    const budget = perSecond(0.001, { burst: 3 });
    const fetches = protect(fetch, { clock, retry: { attempts: 4, budget, random: half } });
    await running(clock, Promise.all(Array.from({ length: 20 }, () => fetches(url))));

    expect(times.length).toBe(23);
  });

  test('ends at once when the caller aborts while it backs off', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[500]], clock);
    const controller = new AbortController();
    const call = protect(fetch, { clock, retry: { attempts: 3, random: half } })(url, {
      signal: controller.signal,
    });
    const heard = expect(call).rejects.toThrow('enough');
    while (times.length === 0) await turn();
    for (let i = 0; i < 20; i++) await turn();
    controller.abort(new Error('enough'));

    await heard;
    expect(times.length).toBe(1);
  });

  test('is published with each attempt', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[503, { 'Retry-After': '2' }], [200]], clock);
    const heard: unknown[] = [];
    const hear = (message: unknown) => void heard.push(message);
    subscribe('breaking:fetch:attempt', hear);
    onTestFinished(() => void unsubscribe('breaking:fetch:attempt', hear));
    await running(clock, protect(fetch, { name: 'api', clock, retry: { attempts: 2, random: half } })(url));

    expect(heard).toEqual([
      { name: 'api', key: url, attempt: 1, status: 503, willRetryInSecs: 2 },
      { name: 'api', key: url, attempt: 2, status: 200 },
    ]);
  });
});

describe('a time', () => {
  test('ends an attempt that has no head by then, with a TimeoutError that counts as a failure', async () => {
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

  test('ends a body that is not over by then', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([(_req, res) => void res.writeHead(200).write('begun')], clock);
    const response = await protect(fetch, { clock, timeoutSecs: 2, bodyTimeoutSecs: 3 })(url);

    await expect(running(clock, response.text())).rejects.toMatchObject({
      code: 'BREAKING_TIMEOUT',
      timeoutSecs: 3,
    });
  });

  test("lets the caller's abort through to the body", async () => {
    const { url } = await scriptedServer([(_req, res) => void res.writeHead(200).write('begun')]);
    const controller = new AbortController();
    const response = await protect(fetch, { timeoutSecs: 60 })(url, { signal: controller.signal });
    const heard = expect(response.text()).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await heard;
  });
});

describe('a place', () => {
  test('is held until the body is over', async () => {
    const { url, times } = await scriptedServer([[200]]);
    const fetches = protect(fetch, { maxInFlight: 1, maxWaitSecs: 60 });
    const first = await fetches(url);
    const second = fetches(url);
    for (let i = 0; i < 50; i++) await turn();
    expect(times.length).toBe(1);
    await first.text();
    expect((await second).status).toBe(200);
  });

  test('that is not there within maxWaitSecs rejects with Overloaded', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([hang], clock);
    const fetches = protect(fetch, { clock, maxInFlight: 1, maxWaitSecs: 2 });
    void fetches(url).catch(() => {});

    await expect(running(clock, fetches(url))).rejects.toMatchObject({ code: 'BREAKING_OVERLOADED' });
    expect(clock.time).toBeGreaterThanOrEqual(2);
    expect(times.length).toBe(1);
  });
});

describe('a pause', () => {
  test('after a 429 with Retry-After holds every call of its key, then one goes alone', async () => {
    const clock = new MockClock();
    const open: (() => void)[] = [];
    const { url, times } = await scriptedServer(
      [[429, { 'Retry-After': '5' }], (_req, res) => void open.push(() => res.end('answer')), [200]],
      clock,
    );
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });

    expect((await fetches(url)).status).toBe(429);
    const calls = Array.from({ length: 10 }, () => fetches(url));
    while (open.length === 0) {
      for (let i = 0; i < 20; i++) await turn();
      clock.advanceBy(0.5);
    }
    for (let i = 0; i < 50; i++) await turn();
    expect(times.length).toBe(2);
    expect(times[1]).toBeGreaterThanOrEqual(5);
    open[0]!();
    await Promise.all(calls);
    expect(times.length).toBe(11);
  });

  test('lets as many go as the head of the first leaves, those under way counted', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer(
      [[429, { 'Retry-After': '5' }], [200, { RateLimit: '"api";r=3;t=1' }], hang],
      clock,
    );
    const fetches = protect(fetch, { clock, maxWaitSecs: 100 });
    await fetches(url);
    for (let i = 0; i < 10; i++) void fetches(url).catch(() => {});
    clock.advanceBy(5);
    while (times.length < 5) await turn();
    for (let i = 0; i < 100; i++) await turn();

    expect(times.length).toBe(5);
  });

  test('comes before the first 429 where a head leaves nothing', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[200, { RateLimit: '"api";r=0;t=4' }], [200]], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });
    await fetches(url);

    await running(clock, fetches(url));
    expect(times[1]).toBeGreaterThanOrEqual(4);
  });

  test('that is longer than maxWaitSecs gives the 429 back, and refuses the next call at once', async () => {
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

  test('is none after a 503, whose Retry-After delays its own call alone', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503, { 'Retry-After': '5' }], [200]], clock);
    const fetches = protect(fetch, { clock, maxWaitSecs: 10 });

    expect((await fetches(url)).status).toBe(503);
    expect((await fetches(url)).status).toBe(200);
    expect(times).toEqual([0, 0]);
  });

  test('is none for a call that may not wait: without limits and maxWaitSecs nothing holds it', async () => {
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '60' }]]);
    const fetches = protect(fetch, { maxInFlight: 5 });
    for (let i = 0; i < 3; i++) expect((await fetches(url)).status).toBe(429);
    expect(times.length).toBe(3);
  });
});

describe('limits', () => {
  test('hold calls back in their order, as fast as tokens return', async () => {
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

  test('refuse at once what would wait longer than maxWaitSecs', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([[200]], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(0.1, { burst: 1 }), maxWaitSecs: 5 });
    await fetches(url);

    await expect(fetches(url)).rejects.toMatchObject({
      code: 'BREAKING_TOO_MANY_REQUESTS',
      retryAfterSecs: 10,
    });
  });

  test('are taken by what a call costs, and given back where the breaker refuses it', async () => {
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

  test('in a shared store: a 429 of one process holds the others back too', async () => {
    const clock = new MockClock();
    const store = new MemoryBucketStore();
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '5' }], [200]], clock);
    const options = { name: 'api', clock, store, limits: perSecond(100), maxWaitSecs: 10 };
    await protect(fetch, options)(url);
    await running(clock, protect(fetch, options)(url));

    expect(times[1]).toBeGreaterThanOrEqual(5);
  });
});
