import {
  FailoverBucketStore,
  MemoryBucketStore,
  MockClock,
  type OnStoreError,
  RateLimiter,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { provokes } from '../../testkit/src/observed.js';
import { laterStore } from './laterStore.js';
import { unhandledRejections } from './unhandled.js';

provokes('BREAKING_STORE_FAILS');
unhandledRejections();

const turns = async () => {
  for (let i = 0; i < 40; i++) await undefined;
};

/** Callers that wait on a store that can be down. The limit is one token a second, with a burst of one. */
function waiting(onStoreError: OnStoreError) {
  const clock = new MockClock();
  const server = { isDown: false };
  const store = new Proxy(laterStore(new MemoryBucketStore()), {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return async (...args: unknown[]) => {
        if (server.isDown) throw new Error('down');
        return Reflect.apply(operation, target, args);
      };
    },
  });
  const limiter = new RateLimiter({
    name: 'api',
    limits: { capacityMax: 1, restoreRateHz: 1 },
    store: new FailoverBucketStore({ store, name: 'api', onStoreError, deadlineSecs: 1000 }),
    clock,
    maxWaitSecs: 10,
  });
  const went: string[] = [];
  const call = async (name: string, maxWaitSecs?: number) => {
    const told = (what: string) => went.push(`${name} ${what} at ${clock.time}`);
    void limiter.wait('k', 1, { maxWaitSecs }).then(
      () => told('went'),
      error => told(`${error.name} ${error.retryAfterSecs}`),
    );
    await turns();
  };
  const pass = async (secs: number) => {
    for (let i = 0; i < secs * 4; i++) {
      clock.advanceBy(1 / 4);
      await turns();
    }
  };
  return { clock, server, limiter, went, call, pass };
}

describe("callers that wait while their store fails, under 'allow'", () => {
  test('are refused when they would wait too long for those ahead', async () => {
    const { server, went, call, pass } = waiting('allow');
    await call('a');
    await call('b');
    server.isDown = true;
    await call('c', 0);
    await call('d');
    expect(went).toEqual(['a went at 0', 'c TooManyRequests 1 at 0']);
    await pass(1);
    expect(went.slice(2)).toEqual(['b went at 1', 'd went at 1']);
  });
});

describe("callers that wait while their store fails, under 'allow', and are answered before those ahead,", () => {
  test('are refused once the answer shows that they would wait too long for them', async () => {
    const { clock, server, limiter, went, pass } = waiting('allow');
    void limiter.wait('k').then(() => went.push(`a at ${clock.time}`));
    void limiter.wait('k').then(() => went.push(`b at ${clock.time}`));
    server.isDown = true;
    const told = (error: Error) => went.push(`c ${error.name} at ${clock.time}`);
    void limiter.wait('k', 1, { maxWaitSecs: 0.5 }).then(() => went.push('c'), told);
    await turns();
    await pass(2);
    expect(went).toEqual(['a at 0', 'c TooManyRequests at 0', 'b at 1']);
  });
});

describe("callers that wait while their store fails, under 'local'", () => {
  test('do not proceed during a block that is known to this process', async () => {
    const { server, limiter, went, call, pass } = waiting('local');
    for (const name of ['a', 'b', 'c']) await call(name);
    server.isDown = true;
    await limiter.block('k', 5);
    await call('d');
    await pass(4.75);
    expect(went).toEqual(['a went at 0']);
    await pass(2);
    expect(went.slice(1)).toEqual(['b went at 5', 'c went at 6', 'd went at 6']);
  });

  test('keep their distances when their store is back and has no block', async () => {
    const { server, limiter, went, call, pass } = waiting('local');
    await call('a');
    server.isDown = true;
    for (const name of ['b', 'c', 'd']) await call(name);
    await limiter.block('k', 5);
    server.isDown = false;
    await call('e');
    await pass(20);
    expect(went).toEqual(['a went at 0', 'b went at 0', 'c went at 5', 'd went at 6', 'e went at 6']);
  });
});
