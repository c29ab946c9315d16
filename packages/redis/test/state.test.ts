import { type BucketStore, type Limit, MemoryBucketStore } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ownServer } from './server/redisServer.js';
import { type SharedServer, sharedServer } from './server/sharedServer.js';
import { SimulatedClock, storeInSimulatedTime } from './simulatedTime.js';

let server: SharedServer;
let admin: Redis;

beforeAll(async () => {
  server = await sharedServer();
  admin = new Redis(server.url);
});

afterAll(() => admin.disconnect());

function limit(name: string, capacityMax: number, restoreRateHz: number): Limit {
  return { name, capacityMax, restoreRateHz };
}

/** A store with a long deadline, since the machine may be slow, and the string in which it keeps the key `a`. */
function keeping(test: string) {
  const prefix = `state-${process.pid}-${test}`;
  const name = `v2:${prefix.length}:${prefix}:a`;
  return { store: new RedisBucketStore({ client: admin, prefix, deadlineSecs: 60 }), name };
}

/** The seconds since a moment of `performance.now()`, and a hundredth more, since Redis counts in milliseconds. */
const passedSecs = (startMs: number) => (performance.now() - startMs) / 1000 + 0.01;

describe('the stored state of a key', () => {
  const FAST = limit('fast', 10, 1);
  const SLOW = limit('slow', 10, 0.001);

  test.each([
    ['before', [SLOW, FAST]],
    ['after', [FAST, SLOW]],
    ['without', [FAST]],
  ])(
    'stays until its slowest bucket is full, when an operation names it %s the others',
    async (order, limits) => {
      const { store, name } = keeping(`stays ${order}`);
      const startMs = performance.now();
      await store.check('a', [SLOW], 1, 0);
      await store.check('a', limits, 1, 0);
      const secs = (await admin.pttl(name)) / 1000;
      expect(secs).toBeGreaterThan(1000 - passedSecs(startMs));
      expect(secs).toBeLessThanOrEqual(limits.includes(SLOW) ? 2000.001 : 1000.001);
    },
  );

  test.each([
    [0.001, 1],
    [1, 0.001],
  ])('stays until both buckets are full, with rates of %d and %d', async (a, b) => {
    const { store, name } = keeping(`rates ${a} ${b}`);
    const startMs = performance.now();
    await store.check('a', [limit('a', 10, a), limit('b', 10, b)], 1, 0);
    expect((await admin.pttl(name)) / 1000).toBeGreaterThan(1000 - passedSecs(startMs));
  });

  test('holds at most 64 buckets that the operation does not name, so that names chosen by requests cannot fill the memory', async () => {
    const { store, name } = keeping('names');
    const named = (i: number) => limit(`limit ${i}`, 10, 0.001 * (i + 1));
    for (let i = 0; i < 100; i++) await store.check('a', [named(i)], 1, 0);

    // The 64 that take longest to fill, and the last one asked for.
    const kept = [...Array.from({ length: 64 }, (_, i) => named(i).name), named(99).name];
    const state = (await admin.getBuffer(name)) as Buffer;
    expect(namesIn(state).sort()).toEqual(kept.sort());
  });

  test.each([
    ['a text', (name: string) => admin.set(name, 'mine'), 'holds something else'],
    ['a hash, as of a version before', (name: string) => admin.hset(name, { fast: '1 2 3' }), 'WRONGTYPE'],
  ])('that is %s is an error for every operation, and stays unchanged', async (what, write, error) => {
    const { store, name } = keeping(what);
    await write(name);
    const before = await admin.dump(name);
    await expect(store.check('a', [FAST], 1, 0)).rejects.toThrow(error);
    await expect(store.peek('a', [FAST], 1, 0)).rejects.toThrow(error);
    await expect(store.refund('a', [FAST], 1, 0)).rejects.toThrow(error);
    await expect(store.take('a', [FAST], 1, 0)).rejects.toThrow(error);
    await expect(store.block('a', [FAST], 60, 0)).rejects.toThrow(error);
    await expect(store.reset('a', 0)).rejects.toThrow(error);
    expect(await admin.dump(name)).toEqual(before);
  });

  test.each([
    ['the limits in their order', [FAST, SLOW], [FAST, SLOW]],
    ['them in another order', [FAST, SLOW], [SLOW, FAST]],
    ['one of them', [FAST, SLOW], [SLOW]],
    ['one more', [SLOW], [FAST, SLOW]],
    ['others', [SLOW], [FAST]],
    ['one whose name begins alike', [SLOW], [limit('slo', 10, 1), SLOW]],
  ])('gives the same decision as in the memory store for %s', async (_, first, second) => {
    const { store, client } = storeInSimulatedTime(server, `order ${process.pid} ${_}`);
    onTestFinished(() => client.disconnect());
    const memory = new MemoryBucketStore();
    const tokensLeft = async (each: BucketStore) => {
      const seen: number[][] = [];
      for (const [limits, now] of [
        [first, 0],
        [second, 2],
        [first, 3],
        [second, 3],
      ] as const) {
        const decision = await each.check('a', limits, 3, now);
        seen.push(decision.limits.map(({ tokensLeft: left }) => left));
      }
      return seen;
    };
    expect(await tokensLeft(store)).toEqual(await tokensLeft(memory));
  });
});

/** The names of the limits with stored state. */
function namesIn(state: Buffer): string[] {
  const names: string[] = [];
  for (let at = 1; at < state.length; at = state.indexOf(0, at) + 33) {
    names.push(state.toString('latin1', at, state.indexOf(0, at)));
  }
  return names;
}

test('the script is sent to a server that does not have it, and not after any other error', async () => {
  const own = new Redis((await ownServer()).url);
  onTestFinished(() => own.disconnect());
  const store = new RedisBucketStore({ client: own, deadlineSecs: 60 });
  await store.check('a', [limit('only', 10, 1)], 1, 0);
  await own.lpush('v2:8:breaking:b', 'mine');
  await expect(store.check('b', [limit('only', 10, 1)], 1, 0)).rejects.toThrow('WRONGTYPE');

  const stats = await own.info('commandstats');
  expect(/^cmdstat_eval:calls=(\d+),/m.exec(stats)?.[1]).toBe('1');
});

test('debts are stored with all their digits', async () => {
  const { store, client } = storeInSimulatedTime(server, `digits ${process.pid}`);
  onTestFinished(() => client.disconnect());
  const memory = new MemoryBucketStore();
  const clock = new SimulatedClock();
  const limits = [limit('only', 1e12, 1 / 8)];
  await store.check('a', limits, 123_456_789_012, clock.secondsSinceEpoch());
  memory.check('a', limits, 123_456_789_012, clock.secondsSinceEpoch());
  clock.advanceBy(0.015625);

  // Doubles and microseconds both hold this step exactly, so nothing is rounded.
  const now = clock.secondsSinceEpoch();
  const waits = [await store.peek('a', limits, 1, now), memory.peek('a', limits, 1, now)].map(decision =>
    decision.limits[0]?.secondsUntil(1e12),
  );
  expect(waits[0]).toBe(waits[1]);
});
