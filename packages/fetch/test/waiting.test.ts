import { type BucketStore, MockClock, perSecond } from '@breaking/core';
import { heard, turn, until } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';
import { protect } from '../src/index.js';
import { type Behaviour, running, scriptedServer } from './scriptedServer.js';

provokes('BREAKING_STORE_FAILS');

test('waiting for a place and for tokens takes at most maxWaitSecs together', async () => {
  const clock = new MockClock();
  const end: (() => void)[] = [];
  const late: Behaviour = (_req, res) => void end.push(() => void res.end('answer'));
  const { url, times } = await scriptedServer([late, [200]], clock);
  const limits = perSecond(0.1, { burst: 1 });
  const fetches = protect(fetch, { clock, limits, maxInFlight: 1, maxWaitSecs: 6 });
  const first = fetches(url).then(answer => answer.text());
  await until(() => times.length > 0);
  // After 4 s it gets the place. It would get tokens after 10.
  const second = fetches(url).catch(error => error);
  await turn();
  clock.advanceBy(4);
  end[0]?.();
  await first;

  expect(await running(clock, second)).toMatchObject({ code: 'BREAKING_TOO_MANY_REQUESTS' });
  expect([times.length, clock.time]).toEqual([1, 4]);
});

test('a store that does not answer blocks no call: this process counts locally', async () => {
  const down = () => Promise.reject(new Error('down'));
  const operations = ['check', 'peek', 'refund', 'reset', 'take', 'reserve', 'block', 'strike'];
  const store = Object.fromEntries(operations.map(name => [name, down])) as unknown as BucketStore;
  const { url, times } = await scriptedServer([[200]]);
  const fetches = protect(fetch, { name: 'api', limits: perSecond(0.01, { burst: 2 }), store });

  for (let i = 0; i < 2; i++) expect((await fetches(url)).status).toBe(200);
  await expect(fetches(url)).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_REQUESTS' });
  expect(times.length).toBe(2);
});

describe('a pause', () => {
  const pausing: Behaviour = [429, { 'Retry-After': '5' }];

  test('blocks the key in the limiter, for all processes that share its store', async () => {
    const clock = new MockClock();
    const { url } = await scriptedServer([pausing], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(9) });
    await fetches(url);
    await turn();

    expect(fetches.limiter?.peek(url)).toMatchObject({ blocked: true, retryAfterSecs: 5 });
  });

  test.each([60, Infinity])('does not shorten a block of %d s, such as one by an operator', async secs => {
    const clock = new MockClock();
    const end: (() => void)[] = [];
    const late: Behaviour = (_req, res) =>
      void end.push(() => void res.writeHead(429, { 'Retry-After': '5' }).end());
    const { url, times } = await scriptedServer([late], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(9) });
    const answer = fetches(url);
    await until(() => times.length > 0);
    await fetches.limiter?.block(url, secs);
    end[0]?.();
    await answer;
    await turn();

    expect(fetches.limiter?.peek(url)).toMatchObject({ blocked: true, retryAfterSecs: secs });
  });

  test('is not shortened by a later, shorter one', async () => {
    const clock = new MockClock();
    const { url, times } = await scriptedServer([[429, { 'Retry-After': '60' }], pausing], clock);
    const fetches = protect(fetch, { clock, limits: perSecond(9) });
    await Promise.all([fetches(url), fetches(url)]);
    await turn();

    expect(times.length).toBe(2);
    expect(fetches.limiter?.peek(url)).toMatchObject({ retryAfterSecs: 60 });
  });
});

describe('listeners receive events', () => {
  test('of each call that got a place or was refused, and of no call that still waits', async () => {
    const clock = new MockClock();
    const places = heard('breaking:concurrency_limit:decision');
    const end: (() => void)[] = [];
    const late: Behaviour = (_req, res) => void end.push(() => void res.end('answer'));
    const { url, times } = await scriptedServer([late, [200]], clock);
    const fetches = protect(fetch, { name: 'shop', clock, maxInFlight: 1, maxWaitSecs: 5 });
    const first = fetches(url).then(answer => answer.text());
    await until(() => times.length > 0);
    const second = fetches(url).then(answer => answer.text());
    const third = fetches(url).catch(error => error.code);
    await turn();
    expect(places).toEqual([{ name: 'shop', key: url, allowed: true, inFlight: 1, limit: 1 }]);
    clock.advanceBy(4);
    end[0]?.();
    await Promise.all([first, second]);
    await third;
    const blocking = await scriptedServer([() => {}], clock);
    void fetches(blocking.url).catch(() => {});
    const refused = fetches(blocking.url).catch(error => error.code);
    await turn();
    clock.advanceBy(5);

    expect(await refused).toBe('BREAKING_OVERLOADED');
    expect(places.map(message => (message as { allowed: boolean }).allowed)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('of decisions of the limit and the budget, each with its name and the origin', async () => {
    const decisions = heard('breaking:rate_limit:decision');
    const { url } = await scriptedServer([[503], [200]]);
    const retry = { attempts: 2, backoffSecs: 0.001 };
    await (await protect(fetch, { name: 'shop', limits: perSecond(100), retry })(url)).text();

    expect(decisions).toMatchObject([
      { name: 'shop', key: url, cost: 1, decision: { allowed: true } },
      { name: 'shop retries', key: url, decision: { allowed: true } },
      { name: 'shop', key: url },
    ]);
  });
});
