import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BucketStore, MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyServer, type SharedServer } from '../../../packages/redis/test/server/sharedServer.js';
import { Readme } from '../../test/readme.js';
import { run } from '../../test/run.js';
import { follower } from '../follower.js';

let redis: SharedServer;
let client: Redis;
let folder: string;
let said: string[];
beforeAll(async () => {
  redis = await emptyServer();
  client = new Redis(redis.url);
  await once(client, 'ready');
  folder = mkdtempSync(join(tmpdir(), 'breaking-reload-'));
});
afterAll(() => {
  client.disconnect();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'error').mockImplementation(text => void said.push(text));
});
afterEach(() => vi.restoreAllMocks());

interface Source {
  write(text: string): unknown;
  read(): Promise<string | null>;
}

const sources: Readonly<Record<string, () => Source>> = {
  'a JSON file': () => {
    const file = join(folder, 'limits.json');
    return { write: text => writeFileSync(file, text), read: () => readFile(file, 'utf8') };
  },
  'a key in Redis': () => ({
    write: text => client.set('limits', text),
    read: () => client.get('limits'),
  }),
};

const limiterOf = () =>
  new RateLimiter<BucketStore>({
    name: 'api',
    limits: { capacityMax: 2, restoreRateHz: 1 },
    store: new MemoryBucketStore(),
    clock: new MockClock(),
  });

describe.each(Object.entries(sources))('a limiter that follows %s', (_, source) => {
  test('applies valid limits, and keeps the old ones with one warning when the new ones are wrong', async () => {
    const { write, read } = source();
    const limiter = limiterOf();
    const look = follower(limiter, read);
    const limitsAfter = async (text: string) => {
      await write(text);
      await look();
      await look();
      return limiter.limits.map(({ name, capacityMax }) => [name, capacityMax]);
    };

    await limiter.check('ada', 2);
    expect(await limitsAfter('{"capacityMax":5,"restoreRateHz":1}')).toEqual([['api', 5]]);
    // Her debt stays.
    expect((await limiter.peek('ada')).limits[0]?.tokensLeft).toBe(3);
    expect(said).toEqual([]);
    for (const [wrong, fault] of [
      ['{"capacityMax":5,', 'JSON'],
      [
        '{"capacityMax":-5,"restoreRateHz":1}',
        'capacityMax must be a whole number from 1 to 1000000000000, got -5',
      ],
      ['{"capacityMax":5,"restoreRateHz":"1"}', 'restoreRateHz must be a number, got "1"'],
      ['null', 'limits must be'],
      ['{}', 'limits'],
    ] as const) {
      expect(await limitsAfter(wrong), wrong).toEqual([['api', 5]]);
      expect(said).toEqual([expect.stringContaining('The limits of api stay: ')]);
      expect(said.pop()).toContain(fault);
    }
    const both =
      '{"burst":{"capacityMax":1,"restoreRateHz":1},"hourly":{"capacityMax":9,"restoreRateHz":0.1}}';
    expect(await limitsAfter(both)).toEqual([
      ['burst', 1],
      ['hourly', 9],
    ]);
    expect(said).toEqual([]);
  });
});

test('a missing file and a server that does not answer change nothing', async () => {
  const limiter = limiterOf();
  const look = follower(limiter, () => readFile(join(folder, 'none.json'), 'utf8'));
  await look();
  expect(said).toEqual([expect.stringContaining('ENOENT')]);
  await follower(limiter, async () => null)();
  await follower(limiter, () => Promise.reject(new Error('Connection is closed.')))();
  expect(said[1]).toBe('The limits of api stay: Error: Connection is closed.');
  expect(limiter.limits).toMatchObject([{ capacityMax: 2 }]);
});

test('the program on the page uses the limits of the file and of the key, and the function in the file next to it', async () => {
  const [program] = new Readme('examples/reload/README.md').programs;
  expect(program?.code).toContain(readFileSync(new URL('../follower.js', import.meta.url), 'utf8'));
  writeFileSync(join(folder, 'api.json'), '{"capacityMax":7,"restoreRateHz":1}');
  await client.set('limits of login', '{"capacityMax":3,"restoreRateHz":1}');
  const env = { REDIS_URL: redis.url, LIMITS_FILE: join(folder, 'api.json') };
  const url = await run(program!.code, 'examples', env);
  const policy = async (path: string) => (await fetch(url + path)).headers.get('RateLimit-Policy');
  expect(await policy('/')).toBe('"api";q=7;w=7');
  expect(await policy('/login')).toBe('"login";q=3;w=3');
});
