import { RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CLIENTS } from './clients.js';
import { type SharedServer, sharedServer } from './server/sharedServer.js';

const LIMITS = {
  burst: { capacityMax: 3, restoreRateHz: 0.001 },
  daily: { capacityMax: 100, restoreRateHz: 0.001 },
};

/** A prefix that no other test uses, even on a shared server. */
let prefixes = 0;
const ownPrefix = () => `test-${process.pid}-${prefixes++}`;

let server: SharedServer;
let admin: Redis;

beforeAll(async () => {
  server = await sharedServer();
  admin = new Redis(server.url);
});

afterAll(() => admin.disconnect());

describe.each(Object.entries(CLIENTS))('a store on %s', (name, connect) => {
  function limiterOn(prefix = ownPrefix()) {
    const { client, close } = connect(server.url);
    onTestFinished(close);
    const store = new RedisBucketStore({ client, prefix, deadlineSecs: 60 });
    return new RateLimiter({ name, limits: LIMITS, store });
  }

  test('checks, peeks, refunds and resets', async () => {
    const limiter = limiterOn();
    expect((await limiter.check('a', 2)).limits.map(limit => limit.tokensLeft)).toEqual([1, 98]);
    expect((await limiter.check('a', 2)).violated).toEqual(['burst']);
    expect((await limiter.peek('a')).allowed).toBe(true);
    await limiter.refund('a', 1);
    expect((await limiter.check('a', 2)).allowed).toBe(true);
    await limiter.reset('a');
    expect((await limiter.check('a', 3)).allowed).toBe(true);
  });

  test('sends the script once to a server that lost it', async () => {
    const limiter = limiterOn();
    await limiter.check('b');
    await admin.script('FLUSH');
    expect((await limiter.check('b')).allowed).toBe(true);
    expect((await limiter.peek('b')).limits.map(limit => limit.tokensLeft)).toEqual([1, 98]);
  });

  test('shares its buckets with other clients of the same prefix and name only', async () => {
    const prefix = ownPrefix();
    const [one, other, apart] = [limiterOn(prefix), limiterOn(prefix), limiterOn()];
    await one.check('c', 3);
    expect((await other.check('c')).allowed).toBe(false);
    expect((await apart.check('c')).allowed).toBe(true);
  });
});

describe('a key in Redis', () => {
  function keeping() {
    const prefix = ownPrefix();
    const store = new RedisBucketStore({ client: admin, prefix, deadlineSecs: 60 });
    const keys = () => admin.keys(`v2:${prefix.length}:${prefix}:*`);
    return { start: `v2:${prefix.length}:${prefix}:`, store, keys };
  }

  test('expires when its last bucket is full, rounded up to the millisecond', async () => {
    const { start, store } = keeping();
    const limits = {
      burst: { capacityMax: 10, restoreRateHz: 2 },
      slow: { capacityMax: 10, restoreRateHz: 0.5 },
    };
    const micros = async () => {
      const [secs, rest] = (await admin.time()).map(Number) as [number, number];
      return secs * 1e6 + rest;
    };
    const before = await micros();
    await new RateLimiter({ name: 'api', limits, store }).check('a', 3);
    const after = await micros();

    // Three tokens at one in two seconds.
    const expiry = Number(await admin.pexpiretime(`${start}3:api:a`)) * 1000;
    expect(expiry).toBeGreaterThanOrEqual(before + 6e6);
    expect(expiry).toBeLessThan(after + 6e6 + 1000);
  });

  test('holds all limits, has no hash tag, and is deleted when all limits are full', async () => {
    const { start, store, keys } = keeping();
    const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store });
    await limiter.check('{a}\n\0\ud800');
    expect(await keys()).toEqual([`${start}3:api:%7ba%7d\n\0%ud800`]);
    await limiter.refund('{a}\n\0\ud800', 1);
    expect(await keys()).toEqual([]);
  });

  test('is not created by a refusal or a peek', async () => {
    const { store, keys } = keeping();
    const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store });
    await limiter.check('a', 4);
    await limiter.peek('a');
    await limiter.check('a', 0);
    expect(await keys()).toEqual([]);
  });
});

describe('a node-redis client without an error listener', () => {
  test('gets one listener for all its stores, so that an error does not end the process', () => {
    const client = createClient();
    for (let stores = 0; stores < 20; stores++) new RedisBucketStore({ client });
    expect(client.listenerCount('error')).toBe(1);
  });

  test('gets none when the application has added its own', () => {
    const client = createClient();
    client.on('error', () => {});
    new RedisBucketStore({ client });
    expect(client.listenerCount('error')).toBe(1);
  });
});

describe('a wrong option', () => {
  test.each([
    [{ client: undefined }, /RedisBucketStore: client must be a client of .*, got undefined/],
    [{ client: {} }, /RedisBucketStore: client must be a client of .*, got an object of Object/],
    [{ client: new Map() }, /RedisBucketStore: client must be .*, got an object of Map/],
    [{ client: { eval() {}, evalsha() {} }, prefix: '' }, /RedisBucketStore: prefix must be printable ASCII/],
    [
      { client: { eval() {}, evalsha() {} }, deadlineSecs: 0 },
      /RedisBucketStore: deadlineSecs must be > 0, got 0/,
    ],
    [{ client: { eval() {}, evalsha() {} }, ttl: 1 }, /RedisBucketStore: unknown option "ttl"/],
    [
      { client: { eval() {}, evalsha() {} }, lease: 50 },
      /RedisBucketStore: lease: options must be an object, got 50/,
    ],
    [
      { client: { eval() {}, evalsha() {} }, lease: { tokens: 0 } },
      /RedisBucketStore: lease.tokens must be a whole number from 1 to 1000000000000, got 0/,
    ],
  ])('%# is refused at construction', (options, message) => {
    expect(() => new RedisBucketStore(options as never)).toThrow(message);
  });
});
