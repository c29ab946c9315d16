import { RateLimiter } from '@breaking/core';
import { RedisBucketStore, type RedisClient } from '@breaking/redis';
import { Cluster as Cluster6, Redis } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { Cluster as ClusterIovalkey } from 'iovalkey';
import { createCluster as createCluster6 } from 'redis';
import { createCluster as createCluster5 } from 'redis5';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startCluster } from './server/cluster.js';
import type { RedisServer } from './server/redisServer.js';

let servers: readonly RedisServer[] = [];

beforeAll(async () => {
  servers = await startCluster();
}, 120_000);

afterAll(async () => {
  await Promise.all(servers.map(server => server.close()));
});

interface Disconnects {
  disconnect(): unknown;
}

const nodes = () => servers.map(({ port }) => ({ host: '127.0.0.1', port }));
const urls = () => servers.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` }));

function ioredisLike(client: RedisClient & Disconnects): RedisClient {
  onTestFinished(() => void client.disconnect());
  return client;
}

async function nodeRedisLike(client: RedisClient & { connect(): Promise<unknown>; destroy(): unknown }) {
  onTestFinished(() => void client.destroy());
  await client.connect();
  return client;
}

/** Every client of a Cluster that a store takes. */
const CLIENTS: Readonly<Record<string, () => RedisClient | Promise<RedisClient>>> = {
  'ioredis 6': () => ioredisLike(new Cluster6(nodes())),
  'ioredis 5': () => ioredisLike(new Cluster5(nodes())),
  iovalkey: () => ioredisLike(new ClusterIovalkey(nodes())),
  'node-redis 6': () => nodeRedisLike(createCluster6({ rootNodes: urls() }) as never),
  'node-redis 5': () => nodeRedisLike(createCluster5({ rootNodes: urls() }) as never),
};

async function keysPerNode(): Promise<readonly number[]> {
  return Promise.all(
    servers.map(async ({ port }) => {
      const admin = new Redis(port, '127.0.0.1');
      const size = await admin.dbsize();
      admin.disconnect();
      return size;
    }),
  );
}

describe.each(Object.entries(CLIENTS))('a store on a Cluster of three nodes, with %s', (name, connect) => {
  test('decides all limits of a key in one place, and each key in its own', async () => {
    const store = new RedisBucketStore({ client: await connect(), prefix: name, deadlineSecs: 5 });
    const limits = {
      burst: { capacityMax: 2, restoreRateHz: 1e-6 },
      daily: { capacityMax: 100, restoreRateHz: 1e-6 },
    };
    const limiter = new RateLimiter({ name: 'api', limits, store });
    const before = await keysPerNode();

    // Keys that all have one hash tag would be one node's alone, if braces meant anything here.
    const keys = Array.from({ length: 300 }, (_, i) => `{tenant}:${i}`);
    const first = await Promise.all(keys.map(key => limiter.check(key, 2)));
    expect(first.every(decision => decision.allowed)).toBe(true);
    const second = await Promise.all(keys.map(key => limiter.check(key)));
    expect(second.every(decision => decision.violated.join() === 'burst')).toBe(true);

    const added = (await keysPerNode()).map((size, i) => size - (before[i] as number));
    expect(added.reduce((sum, size) => sum + size, 0)).toBe(300);
    for (const size of added) expect(size).toBeGreaterThan(60);
  });
});
