import {
  type BucketStore,
  FailoverBucketStore,
  MemoryBucketStore,
  perDay,
  RateLimiter,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';

const LIMITS = { only: perDay(5) };
const ONLY = [{ name: 'only', ...perDay(5) }];
const KEYS = ['', 'k', 'key', 'some longer key', 'ключ', '\ud83d', '5:other:key'];

describe('a limiter on the memory store', () => {
  test.each(['a', 'ab', 'abc', 'abcd'])('named %s has its buckets under length, name and key', name => {
    const store = new MemoryBucketStore();
    const limiter = new RateLimiter({ name, limits: LIMITS, store });
    for (const key of KEYS) {
      const whole = `${name.length}:${name}:${key}`;
      limiter.check(key, 2);
      expect(store.check(whole, ONLY, 1, 0).limits[0]?.tokensLeft).toBe(2);
      expect(limiter.peek(key).limits[0]?.tokensLeft).toBe(2);
      limiter.refund(key);
      expect(store.peek(whole, ONLY, 1, 0).limits[0]?.tokensLeft).toBe(3);
      limiter.reset(key);
      expect(store.peek(whole, ONLY, 1, 0).limits[0]?.tokensLeft).toBe(5);
    }
  });

  test('shares them with a limiter of the same name that uses a failover', async () => {
    const store = new MemoryBucketStore();
    const direct = new RateLimiter({ name: 'api', limits: LIMITS, store });
    const failover = new FailoverBucketStore({ store, name: 'api' });
    const behind = new RateLimiter({ name: 'api', limits: LIMITS, store: failover });
    direct.check('key', 5);
    expect((await behind.check('key')).allowed).toBe(false);
  });
});

describe('a store that is more than the memory store', () => {
  const asked: string[] = [];

  class Extended extends MemoryBucketStore {
    override check(...args: Parameters<MemoryBucketStore['check']>) {
      asked.push(args[0]);
      return super.check(...args);
    }
  }

  const replaced = Object.assign(new MemoryBucketStore(), {
    check(...args: Parameters<MemoryBucketStore['check']>) {
      asked.push(args[0]);
      return new MemoryBucketStore().check(...args);
    },
  });

  test.each<[string, BucketStore]>([
    ['by its class', new Extended()],
    ['by a method of its own', replaced],
  ])('%s is asked itself', (_, store) => {
    asked.length = 0;
    new RateLimiter({ name: 'api', limits: LIMITS, store }).check('key');
    expect(asked).toEqual(['3:api:key']);
  });

  test.each<[string, (store: MemoryBucketStore) => MemoryBucketStore]>([
    ['a Proxy of it', store => new Proxy(store, {})],
    ['an object created over it', store => Object.create(store)],
    ['a Proxy of an object created over it', store => new Proxy(Object.create(store), {})],
    ['a class that extends it and changes nothing', () => new (class extends MemoryBucketStore {})()],
  ])('%s has its buckets', (_, over) => {
    const store = over(new MemoryBucketStore());
    const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store });
    expect(limiter.check('key', 2).limits[0]?.tokensLeft).toBe(3);
    expect(store.peek('3:api:key', ONLY, 1, 0).limits[0]?.tokensLeft).toBe(3);
    limiter.refund('key');
    limiter.reset('key');
    expect(limiter.check('key', 5).allowed).toBe(true);
  });

  test('a Proxy that intercepts calls intercepts those of a limiter', () => {
    asked.length = 0;
    const store = new Proxy(new MemoryBucketStore(), {
      get(target, name, receiver) {
        if (name === 'check' || name === 'refund') asked.push(name);
        return Reflect.get(target, name, receiver);
      },
    });
    const limiter = new RateLimiter({ name: 'api', limits: LIMITS, store });
    limiter.check('key');
    asked.length = 0;
    limiter.check('key');
    limiter.refund('key');
    expect(asked).toEqual(['check', 'refund']);
  });
});
