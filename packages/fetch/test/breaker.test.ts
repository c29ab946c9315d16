import { MockClock } from '@breaking/core';
import { turn } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';
import { protect } from '../src/index.js';
import { scriptedServer } from './scriptedServer.js';

const hang = () => {};
const open = { errorThreshold: 2, timeWindowSecs: 60 };

describe('the breaker', () => {
  test('opens on statuses of 500 and more, one for each origin', async () => {
    const broken = await scriptedServer([[503]]);
    const sound = await scriptedServer([[404]]);
    const fetches = protect(fetch, { name: 'shop', clock: new MockClock(), breaker: open });

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

  test('opens on network errors, and passes them on unchanged', async () => {
    const { url } = await scriptedServer([req => req.socket.destroy()]);
    const fetches = protect(fetch, { clock: new MockClock(), breaker: open });

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

  test('is checked again after the wait, so that many callers who wait for a dead upstream do not all call it', async () => {
    const { url, times } = await scriptedServer([(_req, res) => void res.writeHead(500).end()]);
    const fetches = protect(fetch, {
      clock: new MockClock(),
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
