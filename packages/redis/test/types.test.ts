import { type Decision, perMinute, RateLimiter } from '@breaking/core';
import { RedisBucketStore, type RedisClient } from '@breaking/redis';
import type { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { expectTypeOf, test } from 'vitest';

test('a limiter with this store returns promises', () => {
  type Limiter = RateLimiter<RedisBucketStore>;
  const limiterOf = (store: RedisBucketStore) =>
    new RateLimiter({ name: 'api', limits: perMinute(1), store });
  expectTypeOf(limiterOf).returns.toEqualTypeOf<Limiter>();
  expectTypeOf<ReturnType<Limiter['check']>>().toEqualTypeOf<Promise<Decision>>();
  expectTypeOf<ReturnType<Limiter['refund']>>().toEqualTypeOf<Promise<void>>();
});

test('the store accepts the clients of ioredis and node-redis, for one server and for a Cluster', () => {
  const storeOf = (client: RedisClient) => new RedisBucketStore({ client });
  expectTypeOf<Redis>().toExtend<RedisClient>();
  expectTypeOf<Cluster>().toExtend<RedisClient>();
  expectTypeOf(async () => storeOf(await createClient().connect())).toBeFunction();
  expectTypeOf(async () => storeOf(await createCluster({ rootNodes: [] }).connect())).toBeFunction();
  // @ts-expect-error: a URL is not a client
  expectTypeOf(storeOf).toBeCallableWith('redis://127.0.0.1:6379');
});
