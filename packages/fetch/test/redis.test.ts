import { perDay } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sharedServer } from '../../redis/test/server/sharedServer.js';
import { type ProtectOptions, protect } from '../src/index.js';
import { type Behaviour, scriptedServer } from './scriptedServer.js';

/** The fetches of two processes with one Redis. */
async function twoProcesses(script: readonly Behaviour[], options: ProtectOptions) {
  const server = await sharedServer();
  const fetches = [1, 2].map(() => {
    const client = new Redis(server.url);
    onTestFinished(() => void client.disconnect());
    return protect(fetch, {
      name: 'api',
      store: new RedisBucketStore({ client, deadlineSecs: 60 }),
      ...options,
    });
  });
  return { ...(await scriptedServer(script)), fetches };
}

describe('with a store in Redis', () => {
  test('calls that may not wait are sent while there are tokens, and are then refused', async () => {
    const { url, times, fetches } = await twoProcesses([[200]], { limits: perDay(3) });
    const called = async (i: number) => (await fetches[i % 2]!(url)).status;

    expect([await called(0), await called(1), await called(2)]).toEqual([200, 200, 200]);
    await expect(called(3)).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_REQUESTS' });
    expect(times.length).toBe(3);
  });

  test('a pause that one process received stops the other too', async () => {
    const script: Behaviour[] = [[429, { 'Retry-After': '600' }], [200]];
    const { url, times, fetches } = await twoProcesses(script, { limits: perDay(60), maxWaitSecs: 1 });

    expect((await fetches[0]!(url)).status).toBe(429);
    const looked = () => fetches[0]!.limiter?.peek(url);
    await expect.poll(looked, { timeout: 600_000 }).toMatchObject({ blocked: true });
    await expect(fetches[1]!(url)).rejects.toMatchObject({ code: 'BREAKING_TOO_MANY_REQUESTS' });
    expect(times.length).toBe(1);
  });
});
