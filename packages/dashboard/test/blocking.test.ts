import { MockClock, perMinute, RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { sharedServer } from '../../redis/test/server/sharedServer.js';
import { type ActionScope, perform } from '../src/server/actions.js';
import { asWatch } from '../src/watched.js';

const LIMIT = { name: 'api', limits: perMinute(60) };

/** Sends actions to the page, and returns the blocks that the page shows. */
function actionsOn(limiter: unknown) {
  const told: [name: string, key: string, secs: number][] = [];
  const scope: ActionScope = {
    watched: asWatch('watch', [limiter])(),
    idOf: key => `id of ${key}`,
    refusedKeysOf: () => [{ key: 'ada', count: 1, error: 0 }],
    blocked: (...block) => void told.push(block),
  };
  return { told, act: (action: object) => perform({ name: 'api', ...action }, scope) };
}

test('in memory a block refuses its key for exactly the given time, and no other key', async () => {
  const clock = new MockClock();
  const limiter = new RateLimiter({ ...LIMIT, clock });
  const { act, told } = actionsOn(limiter);
  expect(await act({ action: 'blockKey', id: 'id of ada', secs: 3600 })).toBe(204);
  expect(told).toEqual([['api', 'ada', 3600]]);

  clock.advanceBy(3599);
  expect(limiter.check('ada')).toMatchObject({ allowed: false, blocked: true, retryAfterSecs: 1 });
  expect(limiter.check('bob').allowed).toBe(true);
  clock.advanceBy(1);
  expect(limiter.check('ada').allowed).toBe(true);
});

test('in memory a reset lifts a block', async () => {
  const limiter = new RateLimiter({ ...LIMIT, clock: new MockClock() });
  const { act, told } = actionsOn(limiter);
  await act({ action: 'blockKey', key: 'bob', secs: 60 });
  expect(limiter.check('bob').blocked).toBe(true);
  expect(await act({ action: 'resetKey', key: 'bob' })).toBe(204);

  expect(limiter.check('bob')).toMatchObject({ allowed: true, blocked: false });
  expect(told.at(-1)).toEqual(['api', 'bob', 0]);
});

test('in Redis a block refuses its key in every process for the given time, and a reset ends it', async () => {
  const server = await sharedServer();
  const limiterOf = () => {
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    const store = new RedisBucketStore({ client, prefix: `dashboard-${process.pid}:`, deadlineSecs: 60 });
    return new RateLimiter({ ...LIMIT, store });
  };
  const [ours, theirs] = [limiterOf(), limiterOf()];
  const { act } = actionsOn(ours);
  await ours.reset('ada');
  const before = performance.now();
  expect(await act({ action: 'blockKey', id: 'id of ada', secs: 600 })).toBe(204);
  const { blocked, retryAfterSecs } = await theirs.check('ada');
  const passed = (performance.now() - before) / 1000;

  expect(blocked).toBe(true);
  expect(retryAfterSecs).toBeLessThanOrEqual(600);
  // The server's clock is read in whole milliseconds.
  expect(retryAfterSecs).toBeGreaterThanOrEqual(600 - passed - 0.002);
  expect((await theirs.check('bob')).allowed).toBe(true);
  expect(await act({ action: 'resetKey', id: 'id of ada' })).toBe(204);
  expect(await theirs.check('ada')).toMatchObject({ allowed: true, blocked: false });
});
