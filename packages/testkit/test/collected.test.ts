import {
  type BucketStore,
  CircuitBreaker,
  CircuitBreakerGroup,
  ConcurrencyLimiter,
  DenyCacheBucketStore,
  FailoverBucketStore,
  LeaseBucketStore,
  MemoryBucketStore,
  MockClock,
  perSecond,
  RateLimiter,
  TooManyRequests,
} from '@breaking/core';
import { expectCollected } from '@breaking/testkit';
import { describe, expect, test } from 'vitest';

const BREAKER = { errorThreshold: 2, timeWindowSecs: 60 };

type Refs = Readonly<Record<string, WeakRef<object>>>;

const weakly = (objects: Readonly<Record<string, object>>): Refs =>
  Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, new WeakRef(object)]));

/** A store that answers later, as a shared store does. */
function promising(): BucketStore {
  const store = new MemoryBucketStore();
  return {
    check: async (...args) => store.check(...args),
    peek: async (...args) => store.peek(...args),
    refund: async (...args) => store.refund(...args),
    reset: async key => store.reset(key),
  };
}

describe('a breaker that lives on keeps nothing of', () => {
  test.each(['an answer', 'an error'])('a call that ended with %s, nor does its signal', async end => {
    const breaker = new CircuitBreaker({ ...BREAKER, clock: new MockClock() });
    const { signal } = new AbortController();
    const call = async (): Promise<Refs> => {
      const [answer, error] = [{}, new Error('boom')];
      let own: AbortSignal | undefined;
      const fn = async (given?: AbortSignal) => {
        own = given;
        if (end === 'an error') throw error;
        return answer;
      };
      await breaker.run(fn, { signal, timeoutSecs: 60 }).catch(() => {});
      return weakly({ fn, answer, error, signal: own as AbortSignal });
    };
    await expectCollected(await call());
    expect(breaker.state).toBe('closed');
    expect(signal.aborted).toBe(false);
  });

  test('a call that timed out, although it never ends', async () => {
    const breaker = new CircuitBreaker({ ...BREAKER, clock: new MockClock() });
    const call = async (): Promise<Refs> => {
      const fn = () => new Promise<never>(() => {});
      await expect(breaker.run(fn, { timeoutSecs: 0.001 })).rejects.toThrow();
      return weakly({ fn });
    };
    await expectCollected(await call());
    expect(breaker.isAllowingExecution()).toBe(true);
  });

  test('permits, settled or not', async () => {
    const breaker = new CircuitBreaker({ ...BREAKER, clock: new MockClock() });
    const acquire = (): Refs => {
      const [settled, forgotten] = [breaker.acquire(), breaker.acquire()];
      settled.success();
      return weakly({ settled, forgotten });
    };
    await expectCollected(acquire());
    expect(breaker.state).toBe('closed');
  });
});

test('a group keeps nothing of breakers that it forgot', async () => {
  const group = new CircuitBreakerGroup({ ...BREAKER, maxKeys: 2, clock: new MockClock() });
  const forgotten = (): Refs => weakly({ idle: group.get('idle'), used: group.get('used') });
  const refs = forgotten();
  for (let i = 0; i < 20; i++) group.get(`key ${i}`);
  await expectCollected(refs);
  expect(group.size).toBe(2);
});

test('a concurrency limiter keeps nothing of calls that are over', async () => {
  const limiter = new ConcurrencyLimiter({ limit: 'adaptive', clock: new MockClock() });
  const call = async (): Promise<Refs> => {
    const permit = limiter.tryAcquire() as object & { success(): void };
    permit.success();
    const answer = {};
    const fn = async () => answer;
    await limiter.run(fn);
    return weakly({ permit, answer, fn });
  };
  await expectCollected(await call());
  expect(limiter.inFlight).toBe(0);
});

const STORES: [string, () => BucketStore][] = [
  ['a memory store', () => new MemoryBucketStore()],
  ['a deny cache', () => new DenyCacheBucketStore({ store: promising() })],
  ['a failover', () => new FailoverBucketStore({ store: promising(), name: 'api' })],
  ['leases', () => new LeaseBucketStore({ store: promising(), tokens: 5 })],
];

describe('a limiter that lives on keeps nothing of', () => {
  test('waits that were granted, refused or given up, nor do their signals', async () => {
    const clock = new MockClock();
    const limiter = new RateLimiter({ name: 'api', limits: perSecond(1), clock, maxWaitSecs: 1 });
    const { signal } = new AbortController();
    const wait = async (): Promise<Refs> => {
      const controller = new AbortController();
      const reason = new Error('left');
      const first = await limiter.wait('k', 1, { signal });
      const waiting = [limiter.wait('k', 1, { signal }), limiter.wait('k', 1, { signal: controller.signal })];
      const refused = await waiting[1]?.catch(error => error);
      expect(refused).toBeInstanceOf(TooManyRequests);
      const givenUp = new RateLimiter({ name: 'b', limits: perSecond(1), clock, maxWaitSecs: 9 });
      await givenUp.wait('k');
      const left = givenUp.wait('k', 1, { signal: controller.signal });
      controller.abort(reason);
      expect((await left.catch(error => error)) === reason).toBe(true);
      clock.advanceBy(1);
      const granted = (await waiting[0]) as object;
      return weakly({ first, refused, granted, reason, signal: controller.signal, givenUp });
    };
    await expectCollected(await wait());
    expect(limiter.peek('k').allowed).toBe(false);
    expect(signal.aborted).toBe(false);
  });

  test.each(STORES)('decisions of %s', async (_, open) => {
    const store = open();
    const limiter = new RateLimiter({ name: 'api', limits: perSecond(1), store, clock: new MockClock() });
    const check = async (): Promise<Refs> =>
      weakly({ allowed: await limiter.check('a'), refused: await limiter.check('a') });
    await expectCollected(await check());
    expect((await limiter.peek('a')).allowed).toBe(false);
    await (store as Partial<LeaseBucketStore>).close?.();
  });
});

describe('nobody keeps', () => {
  test.each(STORES)('%s that was used, nor its limiter', async (_, open) => {
    const use = async (): Promise<Refs> => {
      const store = open();
      const limiter = new RateLimiter({ name: 'api', limits: perSecond(10), store, clock: new MockClock() });
      for (let i = 0; i < 20; i++) await limiter.check('a');
      await (store as Partial<LeaseBucketStore>).close?.();
      return weakly({ store, limiter });
    };
    await expectCollected(await use());
  });
});
