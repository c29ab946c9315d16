import {
  type Allowed,
  type BucketStore,
  CircuitBreaker,
  CircuitBreakerGroup,
  type Clock,
  type Decision,
  FailoverBucketStore,
  type Limits,
  MemoryBucketStore,
  perDay,
  perHour,
  perMinute,
  perSecond,
  RateLimiter,
  type Refused,
  TokenBucket,
} from '@breaking/core';
import { expect, expectTypeOf, test } from 'vitest';

const limits = perMinute(1);
const breaker = new CircuitBreaker({ errorThreshold: 5, timeWindowSecs: 60 });

/** A store that answers with promises. */
class RemoteStore implements BucketStore {
  readonly #memory = new MemoryBucketStore();
  async check(...asked: Parameters<BucketStore['check']>): Promise<Decision> {
    return this.#memory.check(...asked);
  }
  async peek(...asked: Parameters<BucketStore['peek']>): Promise<Decision> {
    return this.#memory.peek(...asked);
  }
  async refund(...asked: Parameters<BucketStore['refund']>): Promise<void> {
    this.#memory.refund(...asked);
  }
  async reset(key: string): Promise<void> {
    this.#memory.reset(key);
  }
}

test('a limiter answers as its store does', () => {
  const local = new RateLimiter({ limits });
  expectTypeOf(local.check('a')).toEqualTypeOf<Decision>();
  expectTypeOf(local.peek('a')).toEqualTypeOf<Decision>();
  expectTypeOf(local.refund('a')).toEqualTypeOf<void>();
  expectTypeOf(local.reset('a')).toEqualTypeOf<void>();

  const remote = new RateLimiter({ name: 'api', limits, store: new RemoteStore() });
  expectTypeOf(remote.check('a')).toEqualTypeOf<Promise<Decision>>();
  expectTypeOf(remote.peek('a')).toEqualTypeOf<Promise<Decision>>();
  expectTypeOf(remote.refund('a')).toEqualTypeOf<Promise<void>>();
  expectTypeOf(remote.reset('a')).toEqualTypeOf<Promise<void>>();

  const either = new RateLimiter({
    name: 'api',
    limits,
    store: new FailoverBucketStore({ store: new RemoteStore(), name: 'api' }),
  });
  expectTypeOf(either.check('a')).toEqualTypeOf<Decision | Promise<Decision>>();
});

test('a decision has the names of the limits of its limiter', () => {
  const several = { burst: perSecond(20), hourly: perHour(1000) };
  type Name = 'burst' | 'hourly';
  const local = new RateLimiter({ limits: several });
  expectTypeOf(local.limits[0]!.name).toEqualTypeOf<Name>();
  const decision = local.check('a');
  expectTypeOf(decision).toEqualTypeOf<Decision<Name>>();
  expectTypeOf(decision.violated).toEqualTypeOf<readonly Name[]>();
  expectTypeOf(decision.limits[0]!.name).toEqualTypeOf<Name>();
  expectTypeOf(decision).toExtend<Decision>();
  expectTypeOf(local).toExtend<RateLimiter>();
  // Tiers have their own names.
  expectTypeOf(local.check('a', 1, { daily: perDay(1) })).toEqualTypeOf<Decision>();

  const remote = new RateLimiter({ name: 'api', limits: several, store: new RemoteStore() });
  expectTypeOf(remote.check('a')).toEqualTypeOf<Promise<Decision<Name>>>();
  expectTypeOf(remote.peek('a')).toEqualTypeOf<Promise<Decision<Name>>>();

  const any: Limits = several;
  expectTypeOf(new RateLimiter({ limits: any }).check('a')).toEqualTypeOf<Decision>();
});

test('a decision is narrowed by allowed', () => {
  const decision = new RateLimiter({ limits }).check('a');
  if (decision.allowed) {
    expectTypeOf(decision).toEqualTypeOf<Allowed>();
    expectTypeOf(decision.retryAfterSecs).toEqualTypeOf<0>();
  } else {
    expectTypeOf(decision).toEqualTypeOf<Refused>();
    expectTypeOf(decision.retryAfterSecs).toEqualTypeOf<number>();
  }
});

test('wrap keeps overloads, this, and generics', () => {
  function parsed(text: string): number;
  function parsed(text: string, radix: 'big'): bigint;
  function parsed(text: string, radix?: 'big'): number | bigint {
    return radix === 'big' ? BigInt(text) : Number(text);
  }
  const wrapped = breaker.wrap(parsed);
  expectTypeOf(wrapped).toEqualTypeOf(parsed);
  expectTypeOf(wrapped('1')).toEqualTypeOf<number>();
  expectTypeOf(wrapped('1', 'big')).toEqualTypeOf<bigint>();

  const first = breaker.wrap(async function first<T>(list: readonly [T, ...T[]]) {
    return list[0];
  });
  expectTypeOf(first(['a'])).toEqualTypeOf<Promise<string>>();

  const counter = {
    n: 1,
    add: breaker.wrap(function add(this: { n: number }, by: number) {
      return this.n + by;
    }),
  };
  expectTypeOf(counter.add(1)).toEqualTypeOf<number>();
  const { add } = counter;
  // @ts-expect-error: without its `this`
  expect(() => add(1)).toThrow(TypeError);

  expectTypeOf(breaker.wrap(fetch)).toEqualTypeOf(fetch);
  // @ts-expect-error: no function
  expectTypeOf(breaker.wrap).toBeCallableWith('fetch');
});

test("run passes a signal if there is one, and returns a promise of the function's result", () => {
  const seen = breaker.run(signal => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal | undefined>();
    return 1;
  });
  expectTypeOf(seen).toEqualTypeOf<Promise<number>>();
  const timed = breaker.run(
    async signal => {
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return 'a';
    },
    { timeoutSecs: 1 },
  );
  expectTypeOf(timed).toEqualTypeOf<Promise<string>>();
  expectTypeOf(breaker.runSync(() => 1)).toEqualTypeOf<number>();
});

test('an undefined option is the same as a missing one', () => {
  const none: undefined = undefined;
  for (const per of [perSecond, perMinute, perHour, perDay]) per(1, { burst: none });
  new MemoryBucketStore({ maxKeys: none });
  new TokenBucket({ ...limits, clock: none });
  new RateLimiter({ limits, name: none, store: none, clock: none, enforce: none });
  new CircuitBreakerGroup({ errorThreshold: 5, timeWindowSecs: 60, name: none, maxKeys: none, clock: none });
  new CircuitBreaker({ errorThreshold: 5, timeWindowSecs: 60, cooldownSecs: none, onTransition: none });
  new FailoverBucketStore({ store: new RemoteStore(), name: 'a', onStoreError: none, deadlineSecs: none });
  breaker.runSync(() => breaker.run(() => 1, { signal: none, timeoutSecs: none }));
});

test('what would throw does not compile', () => {
  type Limiter = ConstructorParameters<typeof RateLimiter>[0];
  type Breaker = ConstructorParameters<typeof CircuitBreaker>[0];
  type Group = ConstructorParameters<typeof CircuitBreakerGroup>[0];
  const limiter = (_options: Limiter) => {};
  const breakerOf = (_options: Breaker) => {};
  // @ts-expect-error: no limits
  limiter({});
  // @ts-expect-error: a misspelt option
  limiter({ limits, storage: new MemoryBucketStore() });
  // @ts-expect-error: half a policy
  limiter({ limits: { capacityMax: 1 } });
  // @ts-expect-error: no clock
  limiter({ limits, clock: Date });
  // @ts-expect-error: a window is needed
  breakerOf({ errorThreshold: 5 });
  // @ts-expect-error: a class, not its name
  breakerOf({ errorThreshold: 5, timeWindowSecs: 60, errorTypes: ['RangeError'] });
  // @ts-expect-error: a group has keys of its own
  ((_options: Group) => {})({ errorThreshold: 5, timeWindowSecs: 60, key: 'a' });
  // @ts-expect-error: burst is a number
  expectTypeOf(perMinute).toBeCallableWith(1, { burst: '5' });
  // @ts-expect-error: keys are strings
  expectTypeOf(new RateLimiter({ limits }).check).toBeCallableWith(1);
  // @ts-expect-error: a bucket has no key
  expectTypeOf(new TokenBucket(limits).take).toBeCallableWith('a');
  expectTypeOf<Clock>().toEqualTypeOf<{
    secondsSinceEpoch(): number;
    wakeAt?(secs: number, callback: () => void): () => void;
  }>();
});
