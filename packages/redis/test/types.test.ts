import { type Decision, perMinute, RateLimiter } from '@breaking/core';
import { RedisBucketStore } from '@breaking/redis';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { expectTypeOf, test } from 'vitest';

test('a limiter with this store answers in promises', () => {
  type Limiter = RateLimiter<RedisBucketStore>;
  const limiterOf = (store: RedisBucketStore) =>
    new RateLimiter({ name: 'api', limits: perMinute(1), store });
  expectTypeOf(limiterOf).returns.toEqualTypeOf<Limiter>();
  expectTypeOf<ReturnType<Limiter['check']>>().toEqualTypeOf<Promise<Decision>>();
  expectTypeOf<ReturnType<Limiter['refund']>>().toEqualTypeOf<Promise<void>>();
});

test('it takes the clients of ioredis and node-redis, of one server and of a Cluster', () => {
  type Client = ConstructorParameters<typeof RedisBucketStore>[0]['client'];
  expectTypeOf<Redis>().toExtend<Client>();
  expectTypeOf<Cluster>().toExtend<Client>();
  expectTypeOf(createClient).returns.toExtend<Client>();
  expectTypeOf(createCluster).returns.toExtend<Client>();
  // @ts-expect-error: a URL is no client
  expectTypeOf<string>().toExtend<Client>();
});
