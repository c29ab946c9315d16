import { getEventListeners, setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MockClock, perSecond } from '@breaking/core';
import { turn, until } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { CountingClock } from '../../testkit/src/countingClock.js';
import { type ProtectedFetch, protect } from '../src/index.js';
import { type Behaviour, running, scriptedServer } from './scriptedServer.js';
import { type Protected, WAYS } from './ways.js';
import { quiet } from './wire.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const everything = (clock: MockClock) => ({
  clock,
  limits: perSecond(1, { burst: 2 }),
  maxWaitSecs: 20,
  maxInFlight: 2,
  timeoutSecs: 5,
  bodyTimeoutSecs: 5,
  breaker: { errorThreshold: 3, timeWindowSecs: 10 },
  retry: { attempts: 2, random: () => 0.5 },
});

type Use = (call: Protected['call'], url: string, signal: AbortSignal) => Promise<unknown>;

const read: Use = async (call, url, signal) => (await call(url, { signal })).text();

/** The behaviour of the upstream, and of its callers. */
const COURSES: readonly (readonly [string, readonly Behaviour[], Use])[] = [
  ['an answer that is read', [[200]], read],
  ['an answer without a body', [[204]], read],
  [
    'an answer that is cancelled',
    [(_req, res) => void res.writeHead(200).write('a')],
    async (call, url, signal) => (await call(url, { signal })).cancel(),
  ],
  ['an attempt more', [[503], [200]], read],
  ['attempts that run out', [[503]], read],
  ['a pause', [[429, { 'Retry-After': '4' }], [200]], read],
  ['a pause that is too long', [[429, { 'Retry-After': '40' }]], read],
  ['timeouts', [() => {}], read],
  ['a body that takes too long', [(_req, res) => void res.writeHead(200).write('a')], read],
  ['resets', [req => req.socket.resetAndDestroy()], read],
  [
    'many that wait for tokens',
    [[200]],
    async (call, url, signal) =>
      Promise.allSettled(Array.from({ length: 30 }, () => read(call, url, signal))),
  ],
];

describe.each(Object.entries(WAYS))('%s leaves no timer and no listener behind', (_, made) => {
  test.each(COURSES)('after %s', async (_what, script, use) => {
    const clock = new CountingClock();
    const { url } = await scriptedServer(script, clock);
    const { call } = made(everything(clock));
    const { signal } = new AbortController();
    // undici adds a listener for each call.
    setMaxListeners(0, signal);
    await running(clock, use(call, url, signal)).catch(() => {});

    await until(() => clock.waiting === 0 && getEventListeners(signal, 'abort').length === 0);
  });

  test('after thirty calls that were aborted at any stage', async () => {
    const clock = new CountingClock();
    const { url } = await scriptedServer([[200], () => {}], clock);
    const { call, limiter } = made(everything(clock));
    const controller = new AbortController();
    const { signal } = controller;
    setMaxListeners(0, signal);
    const calls = Array.from({ length: 30 }, () => read(call, url, signal));
    const ends = Promise.allSettled(calls);
    await quiet();
    controller.abort();
    await ends;

    expect([clock.waiting, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
    // The two calls that were sent have used their tokens. No other tokens are gone.
    clock.advanceBy(2);
    expect(await limiter?.peek(url, 2)).toMatchObject({ allowed: true });
  });
});

test('an abandoned attempt closes its connection, so that the next does not wait for its body', async () => {
  let closed = 0;
  const endless: Behaviour = (_req, res) => {
    res.writeHead(503).write('never ending');
    res.on('close', () => {
      closed += 1;
    });
  };
  const { url } = await scriptedServer([endless, endless, [200]]);
  const fetches = protect(fetch, { retry: { attempts: 3, backoffSecs: 0.001 } });

  expect(await (await fetches(url)).text()).toBe('answer');
  await until(() => closed >= 2);
});

/** Calls in a separate function, so that no variable keeps the response. */
async function unread(
  fetches: ProtectedFetch,
  url: string,
  signal?: AbortSignal,
): Promise<WeakRef<Response>> {
  return new WeakRef(await fetches(url, { ...(signal && { signal }) }));
}

/** Reading a WeakRef keeps its object alive until the end of the turn, so no turn both reads and collects. */
async function collected(what: () => boolean): Promise<void> {
  do {
    await turn();
    collect();
    await turn();
  } while (!what());
}

test('a long-lived signal does not keep responses alive', async () => {
  const { url } = await scriptedServer([[200]]);
  const { signal } = new AbortController();
  const fetches = protect(fetch, { timeoutSecs: 60, bodyTimeoutSecs: 60, maxInFlight: 5 });
  const answers = await Promise.all([1, 2, 3].map(() => unread(fetches, url, signal)));

  await collected(() => answers.every(answer => answer.deref() === undefined));
  await collected(() => getEventListeners(signal, 'abort').length === 0);
});

test('an unread body frees its place when it is collected', async () => {
  const { url, times } = await scriptedServer([[200]]);
  const fetches = protect(fetch, { maxInFlight: 1, maxWaitSecs: 60 });
  await unread(fetches, url);
  const second = fetches(url);
  await quiet();
  expect(times.length).toBe(1);

  await collected(() => times.length === 2);
  expect(await (await second).text()).toBe('answer');
});
