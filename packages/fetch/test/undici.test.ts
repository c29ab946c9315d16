import { MockClock, perMinute } from '@breaking/core';
import { until } from '@breaking/testkit';
import { Agent, Client, Pool, request, fetch as undiciFetch } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DispatchOptions, protect } from '../src/undici.js';
import { type Behaviour, running, scriptedServer } from './scriptedServer.js';
import { quiet } from './wire.js';

const half = () => 0.5;

/** A protected dispatcher for one test. */
function agent(options: DispatchOptions) {
  const interceptor = protect(options);
  const bare = new Agent();
  onTestFinished(() => bare.destroy());
  return { dispatcher: bare.compose(interceptor), ...interceptor };
}

describe('the interceptor', () => {
  test('passes head and body on unchanged', async () => {
    const { url } = await scriptedServer([[200, { 'X-Own': 'yes' }]]);
    const { statusCode, headers, body } = await request(url, agent({ maxInFlight: 1, timeoutSecs: 600 }));

    expect([statusCode, headers['x-own'], await body.text()]).toEqual([200, 'yes', 'answer']);
  });

  test("works with undici's fetch too", async () => {
    const { url } = await scriptedServer([[503], [200]]);
    const response = await undiciFetch(url, agent({ retry: { attempts: 2, backoffSecs: 0.001 } }));

    expect([response.status, await response.text()]).toEqual([200, 'answer']);
  });

  test.each([
    ['a Client', Client],
    ['a Pool', Pool],
  ])('counts the requests of %s, which name no origin, under its name', async (_what, Dispatcher) => {
    const { url, times } = await scriptedServer([[200]]);
    const interceptor = protect({ name: 'shop', clock: new MockClock(), limits: perMinute(2) });
    const bare = new Dispatcher(url);
    onTestFinished(() => bare.destroy());
    const client = bare.compose(interceptor);
    const get = () => client.request({ path: '/', method: 'GET' });
    for (let i = 0; i < 2; i++) expect(await (await get()).body.text()).toBe('answer');

    await expect(get()).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_REQUESTS' });
    expect([times.length, interceptor.limiter?.peek('shop')]).toMatchObject([2, { allowed: false }]);
  });

  test('passes early hints on', async () => {
    const hinting: Behaviour = (_req, res) =>
      res.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => void res.end('answer'));
    const { url } = await scriptedServer([hinting]);
    const hints: unknown[] = [];
    const onInfo = (info: unknown) => void hints.push(info);
    const { statusCode, body } = await request(url, { ...agent({ timeoutSecs: 600 }), onInfo });

    expect([statusCode, await body.text()]).toEqual([200, 'answer']);
    expect(hints).toMatchObject([{ statusCode: 103, headers: { link: '</style.css>; rel=preload' } }]);
  });

  test('repeats what may succeed, and returns the last response unchanged', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[503], [502], [500]], clock);
    const options = agent({ clock, retry: { attempts: 3, backoffSecs: 1, random: half } });
    const { statusCode, body } = await running(clock, request(url, options));

    expect([statusCode, await body.text(), times.length]).toEqual([500, 'answer', 3]);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(0.5);
  });

  test('sends a string again, but not a stream', async () => {
    const clock = new MockClock();
    const { url, bodies, times } = await scriptedServer([[429], [200]], clock);
    const options = agent({ clock, retry: { attempts: 2, random: half } });
    const { statusCode } = await running(clock, request(url, { ...options, method: 'POST', body: 'pay' }));
    expect([statusCode, ...bodies]).toEqual([200, 'pay', 'pay']);

    const stream = new Blob(['pay']).stream();
    const streamed = await scriptedServer([[429]], clock);
    await running(clock, request(streamed.url, { ...options, method: 'POST', body: stream as never }));
    expect([times.length, streamed.times.length]).toEqual([2, 1]);
  });

  test('opens the breaker of the origin', async () => {
    const { url, times } = await scriptedServer([[500]]);
    const options = agent({ clock: new MockClock(), breaker: { errorThreshold: 2, timeWindowSecs: 60 } });
    for (let i = 0; i < 2; i++) await (await request(url, options)).body.dump();

    await expect(request(url, options)).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_ERRORS' });
    expect([times.length, options.breakers?.get(url).state]).toEqual([2, 'open']);
  });

  test('ends an attempt without a head with a TimeoutError', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([() => {}], clock);

    await expect(running(clock, request(url, agent({ clock, timeoutSecs: 2 })))).rejects.toMatchObject({
      code: 'BREAKING_TIMEOUT',
    });
  });

  test('stops waiting at once when the caller aborts', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([() => {}], clock);
    const options = agent({ clock, maxInFlight: 1, maxWaitSecs: 60 });
    const first = new AbortController();
    const second = new AbortController();
    const calls = [first, second].map(({ signal }) => request(url, { ...options, signal }));
    const heard = Promise.all(calls.map(call => expect(call).rejects.toThrow('enough')));
    await until(() => times.length > 0);
    second.abort(new Error('enough'));
    first.abort(new Error('enough'));

    await heard;
    expect(times.length).toBe(1);
  });

  test('holds a place until the body ends', async () => {
    const { url, times } = await scriptedServer([(_req, res) => void res.end(Buffer.alloc(1_000_000))]);
    const options = agent({ maxInFlight: 1, maxWaitSecs: 60 });
    const first = await request(url, options);
    const second = request(url, options);
    await quiet();
    expect(times.length).toBe(1);
    await first.body.arrayBuffer();
    expect((await second).statusCode).toBe(200);
  });

  test('holds back the calls of a key after a 429 with Retry-After', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '5' }], [200]], clock);
    const options = agent({ clock, maxWaitSecs: 10 });
    await (await request(url, options)).body.dump();
    await running(clock, request(url, options));

    expect(times[1]).toBeGreaterThanOrEqual(5);
  });
});
