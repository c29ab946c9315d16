import {
  type BucketStore,
  MemoryBucketStore,
  MockClock,
  perSecond,
  RateLimiter,
  TooManyRequests,
  type WaitOptions,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { laterStore } from './laterStore.js';

const turns = async () => {
  for (let i = 0; i < 10; i++) await undefined;
};

function waiting(
  maxWaitSecs = 10,
  capacityMax = 2,
  restoreRateHz = 1,
  asStore = (memory: MemoryBucketStore): BucketStore => memory,
) {
  const clock = new MockClock();
  const store = asStore(new MemoryBucketStore());
  const limiter = new RateLimiter({
    name: 'api',
    limits: { capacityMax, restoreRateHz },
    store,
    clock,
    maxWaitSecs,
  });
  const went: string[] = [];
  const call = (name: string, cost = 1, signal?: AbortSignal, key = 'k', options: WaitOptions = {}) =>
    limiter.wait(key, cost, { signal, ...options }).then(
      () => went.push(`${name} at ${clock.time}`),
      error =>
        went.push(
          `${name} refused at ${clock.time}: ${error instanceof TooManyRequests ? error.retryAfterSecs : error}`,
        ),
    );
  return { clock, store, limiter, went, call };
}

describe('callers that wait', () => {
  test('go on at once while there are tokens, and then in the order of their calls', async () => {
    const { clock, went, call } = waiting();
    for (const name of ['a', 'b', 'c', 'd', 'e']) void call(name);
    await turns();
    expect(went).toEqual(['a at 0', 'b at 0']);
    clock.advanceBy(2.5);
    await turns();
    expect(went).toEqual(['a at 0', 'b at 0', 'c at 2.5', 'd at 2.5']);
    clock.advanceBy(10);
    await turns();
    expect(went).toHaveLength(5);
  });

  test('are refused at once when they would wait too long, and take nothing', async () => {
    const { clock, limiter, went, call } = waiting(2);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) void call(name);
    void call('g', 3);
    await turns();
    expect(went).toEqual([
      'a at 0',
      'b at 0',
      'e refused at 0: 3',
      'f refused at 0: 3',
      'g refused at 0: Infinity',
    ]);
    expect(limiter.peek('k')).toMatchObject({ retryAfterSecs: 3 });
    clock.advanceBy(2);
    await turns();
    expect(went.slice(5)).toHaveLength(2);
    expect(limiter.peek('k')).toMatchObject({ retryAfterSecs: 1 });
  });

  test('that are aborted leave their place to those behind', async () => {
    const { clock, went, call } = waiting();
    const controller = new AbortController();
    void call('full', 2);
    void call('a');
    void call('b', 2, controller.signal);
    void call('c');
    await turns();
    clock.advanceBy(0.5);
    controller.abort(new Error('left'));
    await turns();
    expect(went).toEqual(['full at 0', 'b refused at 0.5: Error: left']);
    clock.advanceBy(0.5);
    await turns();
    clock.advanceBy(1);
    await turns();
    expect(went.slice(2)).toEqual(['a at 1', 'c at 2']);
  });

  test('that are aborted under a block let nobody behind them proceed during the block', async () => {
    const { clock, limiter, went, call } = waiting();
    const controller = new AbortController();
    void call('full', 2);
    void call('a', 1, controller.signal);
    for (const name of ['b', 'c', 'd']) void call(name);
    await turns();
    clock.advanceBy(0.5);
    limiter.block('k', 60);
    controller.abort('left');
    await turns();
    clock.advanceBy(59.9);
    await turns();
    expect(went).toEqual(['full at 0', 'a refused at 0.5: left']);
    clock.advanceBy(0.1);
    await turns();
    clock.advanceBy(1);
    await turns();
    expect(went.slice(2)).toEqual(['b at 60.5', 'c at 60.5', 'd at 61.5']);
  });

  test('move back by a block, and go on in order after it', async () => {
    const { clock, limiter, went, call } = waiting();
    void call('full', 2);
    void call('a');
    void call('b');
    await turns();
    clock.advanceBy(0.5);
    limiter.block('k', 60);
    expect(limiter.check('k', 0)).toMatchObject({
      allowed: false,
      blocked: true,
      retryAfterSecs: 60,
      violated: [],
    });
    clock.advanceBy(59);
    await turns();
    expect(went).toEqual(['full at 0']);
    clock.advanceBy(1.5);
    await turns();
    clock.advanceBy(1);
    await turns();
    expect(went).toEqual(['full at 0', 'a at 61', 'b at 62']);
  });

  test('proceed at once when a block that they came under is lifted', async () => {
    const { clock, limiter, went, call } = waiting(1000);
    limiter.block('k', 600);
    for (const name of ['a', 'b', 'c']) void call(name);
    await turns();
    clock.advanceBy(0.5);
    limiter.block('k', 0);
    await turns();
    expect(went).toEqual(['a at 0.5', 'b at 0.5']);
    clock.advanceBy(1);
    await turns();
    expect(went.slice(2)).toEqual(['c at 1.5']);
  });

  test('proceed as if there had been no block when one that moved them is lifted', async () => {
    const { clock, limiter, went, call } = waiting();
    void call('full', 2);
    for (const name of ['a', 'b']) void call(name);
    await turns();
    clock.advanceBy(0.5);
    limiter.block('k', 600);
    limiter.block('k', 0);
    await turns();
    clock.advanceBy(0.5);
    await turns();
    clock.advanceBy(1);
    await turns();
    expect(went).toEqual(['full at 0', 'a at 1', 'b at 2']);
  });

  test('are not moved by a reset, whoever waits after it', async () => {
    const { clock, limiter, went, call } = waiting();
    void call('full', 2);
    void call('a');
    await turns();
    limiter.block('k', 5);
    limiter.reset('k');
    void call('b');
    await turns();
    clock.advanceBy(5.5);
    await turns();
    expect(went).toEqual(['full at 0']);
    clock.advanceBy(0.5);
    await turns();
    expect(went.slice(1)).toEqual(['a at 6', 'b at 6']);
  });

  describe.each([
    ['memory', (memory: MemoryBucketStore) => memory],
    ['a server', laterStore],
  ])('with a maxWaitSecs of their own and a store on %s', (_where, asStore) => {
    test('are allowed at once with a maxWaitSecs of 0 while there are tokens', async () => {
      const { went, call } = waiting(10, 2, 1, asStore);
      for (const name of ['a', 'b', 'c']) void call(name, 1, undefined, 'k', { maxWaitSecs: 0 });
      await turns();
      expect(went).toEqual(['a at 0', 'b at 0', 'c refused at 0: 1']);
    });

    test('are refused at once by a lockout that would make them wait longer', async () => {
      const { limiter, went, call } = waiting(10, 2, 1, asStore);
      void call('full', 2);
      void call('a', 1, undefined, 'k', { maxWaitSecs: 5 });
      await turns();
      await limiter.strike('k', { after: 1, withinSecs: 10, forSecs: 8, backoff: 1, maxSecs: 8 });
      await turns();
      expect(went).toEqual(['full at 0', 'a refused at 0: 9']);
    });

    test('are refused at once by a block that would make them wait longer, and those behind move up', async () => {
      const { clock, limiter, went, call } = waiting(10, 2, 1, asStore);
      void call('full', 2);
      void call('a', 1, undefined, 'k', { maxWaitSecs: 5 });
      void call('b');
      void call('c', 1, undefined, 'k', { maxWaitSecs: 9 });
      await turns();
      clock.advanceBy(0.5);
      await limiter.block('k', 5);
      await turns();
      expect(went).toEqual(['full at 0', 'a refused at 0.5: 5.5']);
      clock.advanceBy(4.9);
      await turns();
      expect(went.slice(2)).toEqual([]);
      clock.advanceBy(1.6);
      await turns();
      expect(went.slice(2)).toEqual(['b at 7', 'c at 7']);
    });
  });
});

test('take', () => {
  expect(new RateLimiter({ limits: perSecond(5) }).take('k', 7)).toBe(2);
});

test('nobody goes on too early if the process stands still before a store that answers later sends its command', async () => {
  const clock = new MockClock();
  const store = laterStore(new MemoryBucketStore(), () => clock.advanceBy(3));
  const limits = { capacityMax: 1, restoreRateHz: 0.1 };
  const limiter = new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: 20 });
  const went: number[] = [];
  for (let i = 0; i < 2; i++) void limiter.wait('k').then(() => went.push(clock.time));
  await turns();
  expect(clock.time).toBe(6);
  // The second caller asked at 3, and its command was sent at 6.
  for (let i = 0; i < 20; i++) {
    clock.advanceBy(1);
    await turns();
  }
  expect(went).toEqual([6, 13]);
});
