import {
  DenyCacheBucketStore,
  decided,
  FailoverBucketStore,
  type Limit,
  MockClock,
  RateLimiter,
  sourceOf,
} from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CLIENTS, ioredis } from './clients.js';
import { type EmptyServer, emptyServer } from './server/sharedServer.js';

let server: EmptyServer;
beforeAll(async () => {
  server = await emptyServer();
});

const LIMITS = { capacityMax: 1e6, restoreRateHz: 1 };

describe('a decision on leased tokens', () => {
  /** As the gates put it together. */
  function guarded(store: RedisBucketStore) {
    const failover = new FailoverBucketStore({ store, name: 'api', deadlineSecs: 60 });
    return new DenyCacheBucketStore({ store: failover });
  }

  const leasing = (prefix: string) => ({
    client: ioredis(server.port),
    prefix,
    deadlineSecs: 60,
    lease: { tokens: 50 },
  });

  test('comes at once through all stores in front of it, and with a promise from the store itself', async () => {
    const clock = new MockClock();
    const store = new RedisBucketStore(leasing('at once'));
    const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store: guarded(store), clock });
    for (let i = 0; i < 20; i++) await limiter.check('a');

    const decision = limiter.check('a');
    expect(decision).not.toBeInstanceOf(Promise);
    expect(sourceOf(await decision)).toBe('lease');
    const own = new RateLimiter({ name: 'api', limits: LIMITS, store, clock }).check('a');
    expect(own).toBeInstanceOf(Promise);
    expect(sourceOf(await own)).toBe('lease');
  });

  test('is that of a class which decides by itself', async () => {
    class Own extends RedisBucketStore {
      override async check(_key: string, limits: readonly Limit[], cost: number) {
        return decided(limits, [LIMITS.capacityMax - 42], cost, true);
      }
    }
    const store = guarded(new Own(leasing('own')));
    const { limits } = await new RateLimiter({ name: 'api', limits: LIMITS, store }).check('a');
    expect(limits[0]?.tokensLeft).toBe(42);
  });
});

test.each(Object.entries(CLIENTS))('commands of one moment leave together on %s', async (name, connect) => {
  const { client, close } = connect(server.url);
  onTestFinished(close);
  const store = new RedisBucketStore({ client, prefix: name, deadlineSecs: 60 });
  const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store });
  await limiter.check('first');
  const admin = ioredis(server.port);
  const reads = async () => Number(/total_reads_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);

  const before = await reads();
  await Promise.all(Array.from({ length: 100 }, (_, i) => limiter.check(`key ${i}`)));
  expect((await reads()) - before).toBeLessThanOrEqual(20);
});
