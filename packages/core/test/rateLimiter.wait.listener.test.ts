import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type DecisionMessage, MemoryBucketStore, MockClock, RateLimiter } from '@breaking/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { laterStore } from './laterStore.js';
import { turns } from './waitingCalls.js';

let heard: (message: DecisionMessage) => void = () => {};
const hear = (message: unknown) => heard(message as DecisionMessage);
beforeEach(() => subscribe('breaking:rate_limit:decision', hear));
afterEach(() => unsubscribe('breaking:rate_limit:decision', hear));

describe.each([
  ['memory', (memory: MemoryBucketStore) => memory],
  ['a server', laterStore],
])('a listener to decisions, with a store on %s,', (_where, asStore) => {
  function waiting() {
    const clock = new MockClock();
    const store = asStore(new MemoryBucketStore());
    const limits = { capacityMax: 1, restoreRateHz: 1 };
    const limiter = new RateLimiter({ name: 'api', limits, store, clock, maxWaitSecs: 10 });
    const went: string[] = [];
    const call = (name: string, signal?: AbortSignal) =>
      void limiter.wait('k', 1, { signal }).then(
        () => went.push(`${name} at ${clock.time}`),
        () => went.push(`${name} left at ${clock.time}`),
      );
    const pass = async (secs: number) => {
      clock.advanceBy(secs);
      await turns();
    };
    return { clock, limiter, went, call, pass };
  }

  test('may wait on the same key, and proceeds in its turn', async () => {
    const { went, call, pass } = waiting();
    call('a');
    call('b');
    await turns();
    heard = () => {
      heard = () => {};
      call('c');
    };
    await pass(1);
    await pass(1);
    await pass(1);
    expect(went).toEqual(['a at 0', 'b at 1', 'c at 2']);
  });

  test('may end the wait of another, which gives back nothing of the caller that proceeds', async () => {
    const { limiter, went, call, pass } = waiting();
    const controller = new AbortController();
    call('a');
    call('b');
    call('c', controller.signal);
    call('d');
    await turns();
    heard = () => controller.abort();
    await pass(1);
    expect(went).toEqual(['a at 0', 'b at 1', 'c left at 1']);
    await pass(0.9);
    expect(went).toHaveLength(3);
    await pass(0.1);
    expect(went.slice(3)).toEqual(['d at 2']);
    expect(await limiter.peek('k')).toMatchObject({ retryAfterSecs: 1 });
  });

  test('may end the only wait and begin another: it moves back by a block', async () => {
    const { limiter, went, call, pass } = waiting();
    const controller = new AbortController();
    call('a');
    call('b');
    call('c', controller.signal);
    await turns();
    heard = () => {
      heard = () => {};
      controller.abort();
      call('d');
    };
    await pass(1);
    await limiter.block('k', 3);
    await turns();
    await pass(1);
    expect(went).toEqual(['a at 0', 'b at 1', 'c left at 1']);
    await pass(3);
    expect(went.slice(3)).toEqual(['d at 5']);
  });
});
