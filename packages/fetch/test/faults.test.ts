import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { MockClock, perSecond } from '@breaking/core';
import { heard as messagesOf, until } from '@breaking/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Behaviour, running, scriptedServer } from './scriptedServer.js';
import { WAYS } from './ways.js';
import { quiet } from './wire.js';

const hang: Behaviour = () => {};
const slowBody: Behaviour = (_req, res) => void res.writeHead(200).write('first ');
const resetMidBody: Behaviour = (_req, res) => {
  res.writeHead(200, { 'Content-Length': '100' }).write('half');
  setImmediate(() => res.socket?.resetAndDestroy());
};
const half = () => 0.5;
const TRIPS = { errorThreshold: 1, timeWindowSecs: 3600 };

/** A server without TLS behind an https: URL. */
async function noTls(): Promise<{ readonly url: string; readonly connections: () => number }> {
  let connections = 0;
  const server = createServer(socket => {
    connections += 1;
    socket.on('error', () => {}).end('plain text\r\n');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
  };
}

describe.each(Object.entries(WAYS))('%s, in front of an upstream', (_, made) => {
  test('that does not speak TLS: tries again, and counts each attempt as a failure', async () => {
    const { url, connections } = await noTls();
    const breaker = { errorThreshold: 2, timeWindowSecs: 3600 };
    const { call, breakers } = made({ breaker, retry: { attempts: 2, backoffSecs: 0.001 } });

    await expect(call(url)).rejects.toThrow();
    expect([connections(), breakers?.get(url).state]).toEqual([2, 'open']);
  });

  test('that never answers: ends each attempt at its timeout, and counts it', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([hang], clock);
    const breaker = { errorThreshold: 2, timeWindowSecs: 3600 };
    const retry = { attempts: 2, backoffSecs: 1, random: half };
    const { call, breakers } = made({ clock, timeoutSecs: 3, breaker, retry });

    await expect(running(clock, call(url))).rejects.toMatchObject({
      code: 'BREAKING_TIMEOUT',
      timeoutSecs: 3,
    });
    expect([times.length, breakers?.get(url).state]).toEqual([2, 'open']);
  });

  test('that resets the connection: repeats idempotent requests', async () => {
    const { url, times } = await scriptedServer([req => req.socket.resetAndDestroy(), [200]]);
    const { call } = made({ retry: { attempts: 2, backoffSecs: 0.001 } });

    expect(await (await call(url)).text()).toBe('answer');
    expect(times.length).toBe(2);
  });

  test('that resets the connection within a body: the body fails, its place is free, and the breaker counts a success', async () => {
    const { url, times } = await scriptedServer([resetMidBody, [200]]);
    const { call, breakers } = made({
      breaker: TRIPS,
      maxInFlight: 1,
      maxWaitSecs: 60,
      retry: { attempts: 3 },
    });
    await expect((await call(url)).text()).rejects.toThrow();

    expect(await (await call(url)).text()).toBe('answer');
    expect([times.length, breakers?.get(url).state]).toEqual([2, 'closed']);
  });

  test('whose body takes too long: the body ends at its timeout, and its place is free', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([slowBody, [200]], clock);
    const { call } = made({ clock, timeoutSecs: 1, bodyTimeoutSecs: 5, maxInFlight: 1, maxWaitSecs: 60 });
    const slow = (await running(clock, call(url))).text();

    await expect(running(clock, slow)).rejects.toMatchObject({ code: 'BREAKING_TIMEOUT' });
    expect(clock.time).toBeGreaterThanOrEqual(5);
    expect(await (await running(clock, call(url))).text()).toBe('answer');
  });

  test('whose head is slow and whose body is slower: timeoutSecs covers the head alone', async () => {
    const clock = new MockClock();
    const end: (() => void)[] = [];
    const { url } = await scriptedServer(
      [
        (_req, res) => {
          res.writeHead(200).write('a');
          end.push(() => void res.end('b'));
        },
      ],
      clock,
    );
    const { call } = made({ clock, timeoutSecs: 1 });
    const body = (await running(clock, call(url))).text();
    clock.advanceBy(100);
    await quiet();
    end[0]?.();

    expect(await body).toBe('ab');
  });
});

describe.each(Object.entries(WAYS))("%s, when the caller's signal aborts", (_, made) => {
  const enough = new Error('enough');

  test('before the call: sends nothing', async () => {
    const { url, times } = await scriptedServer([[200]]);
    const { call } = made({ maxInFlight: 1 });

    await expect(call(url, { signal: AbortSignal.abort(enough) })).rejects.toBe(enough);
    expect(times.length).toBe(0);
  });

  test.each<[string, Parameters<typeof made>[0], Behaviour]>([
    ['a place', { maxInFlight: 1, maxWaitSecs: 60 }, hang],
    ['tokens', { limits: perSecond(0.1, { burst: 1 }), maxWaitSecs: 60 }, [200]],
    ['the end of a pause', { maxWaitSecs: 60 }, [429, { 'Retry-After': '30' }]],
  ])('while it waits for %s: rejects at once, and takes nothing', async (_what, options, first) => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([first], clock);
    const { call, limiter } = made({ ...options, clock });
    const controller = new AbortController();
    const other = new AbortController();
    const before = call(url, { signal: other.signal });
    before.then(
      answer => answer.text(),
      () => {},
    );
    await until(() => times.length > 0);
    await quiet();
    const waiting = call(url, { signal: controller.signal });
    await quiet();
    const tokensBehind = () => limiter?.peek(url, 1);
    controller.abort(enough);

    await expect(waiting).rejects.toBe(enough);
    expect(times.length).toBe(1);
    expect(await tokensBehind()).toEqual(limiter && expect.objectContaining({ retryAfterSecs: 10 }));
    other.abort();
  });

  test.each<[string, Parameters<typeof made>[0]]>([
    ['nothing to wait for', { maxInFlight: 9 }],
    ['a timeout', { timeoutSecs: 60 }],
    ['limits', { timeoutSecs: 60, limits: perSecond(100), maxWaitSecs: 60 }],
    ['places that are taken', { timeoutSecs: 60, maxInFlight: 1, maxWaitSecs: 60 }],
  ])('right after the call: rejects at once, with %s', async (_what, options) => {
    const { url } = await scriptedServer([hang]);
    for (let turnsLater = 0; turnsLater < 8; turnsLater++) {
      const { call } = made(options);
      const first = new AbortController();
      const before = options.maxInFlight && call(url, { signal: first.signal }).catch(() => {});
      const controller = new AbortController();
      const calling = call(url, { signal: controller.signal });
      const heard = expect(calling).rejects.toBe(enough);
      for (let i = 0; i < turnsLater; i++) await undefined;
      controller.abort(enough);
      await heard;
      first.abort();
      await before;
    }
  });

  test('while there is no response: rejects at once, without a retry, and the breaker ignores it', async () => {
    const { url, times } = await scriptedServer([hang]);
    const { call, breakers } = made({ timeoutSecs: 60, breaker: TRIPS, retry: { attempts: 3 } });
    const controller = new AbortController();
    const waiting = call(url, { signal: controller.signal });
    await until(() => times.length > 0);
    controller.abort(enough);

    await expect(waiting).rejects.toBe(enough);
    expect([times.length, breakers?.get(url).state]).toEqual([1, 'closed']);
  });

  test("because of the caller's own timeout: the breaker counts a failure", async () => {
    const { url } = await scriptedServer([hang]);
    const { call, breakers } = made({ breaker: TRIPS, retry: { attempts: 3 } });

    await expect(call(url, { signal: AbortSignal.timeout(10) })).rejects.toThrow(/timeout/);
    expect(breakers?.get(url).state).toBe('open');
  });

  test('between two attempts: rejects at once, and discards the earlier response', async () => {
    const clock = new MockClock();
    let isClosed = false;
    const { url, times } = await scriptedServer(
      [
        (_req, res) => {
          res.writeHead(503).write('half of it');
          res.on('close', () => {
            isClosed = true;
          });
        },
      ],
      clock,
    );
    const { call } = made({ clock, retry: { attempts: 3, random: half } });
    const controller = new AbortController();
    const attempts = messagesOf('breaking:fetch:attempt');
    const waiting = call(url, { signal: controller.signal });
    const heard = expect(waiting).rejects.toBe(enough);
    await until(() => attempts.length > 0);
    controller.abort(enough);

    await heard;
    await until(() => isClosed);
    expect(times.length).toBe(1);
  });

  test('while the body streams: the body ends, and its place is free', async () => {
    const { url } = await scriptedServer([slowBody, [200]]);
    const { call } = made({ timeoutSecs: 60, bodyTimeoutSecs: 60, maxInFlight: 1, maxWaitSecs: 60 });
    const controller = new AbortController();
    const body = (await call(url, { signal: controller.signal })).text();
    const heard = expect(body).rejects.toBe(enough);
    await quiet();
    controller.abort(enough);

    await heard;
    expect(await (await call(url)).text()).toBe('answer');
  });
});
