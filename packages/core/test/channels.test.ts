import { channel } from 'node:diagnostics_channel';
import {
  type BucketStore,
  type Decision,
  type DecisionMessage,
  MemoryBucketStore,
  MockClock,
  perDay,
  perSecond,
  RateLimiter,
  sourced,
} from '@breaking/core';
import { afterEach, describe, expect, test, vi } from 'vitest';

const decisions = channel('breaking:rate_limit:decision');
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Subscribes until the end of the test. */
function listen(): DecisionMessage[] {
  const heard: DecisionMessage[] = [];
  const onMessage = (message: unknown) => heard.push(message as DecisionMessage);
  decisions.subscribe(onMessage);
  stops.push(() => decisions.unsubscribe(onMessage));
  return heard;
}

/** A memory store whose `check` returns decisions changed by `change`. */
function storeWith(change: (decision: Decision) => Decision | Promise<Decision>): BucketStore {
  const memory = new MemoryBucketStore();
  return {
    check: (...args) => change(memory.check(...args)),
    peek: (...args) => memory.peek(...args),
    refund: (...args) => memory.refund(...args),
    reset: key => memory.reset(key),
  };
}

describe('breaking:rate_limit:decision', () => {
  test('reports every check: name, key, cost, the decision itself, enforced and source', () => {
    const heard = listen();
    const limiter = new RateLimiter({ name: 'api', limits: perSecond(2), clock: new MockClock() });
    const allowed = limiter.check('k', 2);
    const refused = limiter.check('k');
    expect(heard).toEqual([
      { name: 'api', key: 'k', cost: 2, decision: allowed, enforced: true, source: 'store' },
      { name: 'api', key: 'k', cost: 1, decision: refused, enforced: true, source: 'store' },
    ]);
    expect([heard[0]?.decision, heard[1]?.decision].map(decision => decision?.allowed)).toEqual([
      true,
      false,
    ]);
    expect(heard[1]?.decision).toBe(refused);
  });

  test('reports the key as the caller gave it, however long', () => {
    const heard = listen();
    const key = 'k'.repeat(1000);
    new RateLimiter({ name: 'api', limits: perDay(1), store: new MemoryBucketStore() }).check(key);
    expect(heard.map(message => message.key)).toEqual([key]);
  });

  test('does not report peek, refund, reset or wrong input', () => {
    const heard = listen();
    const limiter = new RateLimiter({ limits: perSecond(2) });
    limiter.peek('k');
    limiter.refund('k');
    limiter.reset('k');
    expect(() => limiter.check('k', -1)).toThrow(RangeError);
    expect(heard).toEqual([]);
  });

  test('reports whether a refusal of this key is enforced', () => {
    const heard = listen();
    const shadow = new RateLimiter({ limits: perDay(1), enforce: false });
    shadow.check('k');
    shadow.check('k');
    const half = new RateLimiter({ limits: perDay(1), enforce: 0.5 });
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    for (const key of keys) half.check(key);
    expect(heard.map(message => message.enforced)).toEqual([
      false,
      false,
      ...keys.map(key => half.enforces(key)),
    ]);
    expect(heard[1]?.decision.allowed).toBe(false);
  });

  test.each(['store', 'local', 'denyCache', 'lease'] as const)('reports who decided: %s', source => {
    const heard = listen();
    const store = storeWith(decision => sourced(decision, source));
    new RateLimiter({ name: 'api', limits: perDay(1), store }).check('k');
    expect(heard.map(message => message.source)).toEqual([source]);
  });

  test('reports a later decision when it arrives', async () => {
    const heard = listen();
    const store = storeWith(async decision => decision);
    const limiter = new RateLimiter({ name: 'api', limits: perDay(1), store });
    const answer = limiter.check('k');
    expect(heard).toEqual([]);
    expect(heard.map(message => message.decision)).toEqual([]);
    expect(await answer).toBe(heard[0]?.decision);
  });

  test('reports nothing when the store fails, and passes the error on', async () => {
    const heard = listen();
    const error = new Error('down');
    const store = storeWith(() => Promise.reject(error));
    const limiter = new RateLimiter({ name: 'api', limits: perDay(1), store });
    await expect(limiter.check('k')).rejects.toBe(error);
    expect(heard).toEqual([]);
  });

  test('is built only when someone listens', async () => {
    const promise = Promise.resolve({} as Decision);
    const later = new RateLimiter({ name: 'api', limits: perDay(1), store: storeWith(() => promise) });
    const limiter = new RateLimiter({ limits: perDay(2) });
    const built = vi.spyOn(limiter, 'enforces');
    const published = vi.spyOn(decisions, 'publish');
    stops.push(() => published.mockRestore());
    limiter.check('k');
    // The store's own promise, without another one chained to it.
    expect(later.check('k')).toBe(promise);
    expect(published).not.toHaveBeenCalled();
    expect(built).not.toHaveBeenCalled();

    listen();
    limiter.check('k');
    expect(decisions.hasSubscribers).toBe(true);
    stops.splice(0).forEach(stop => void stop());
    expect(decisions.hasSubscribers).toBe(false);
    expect(limiter.check('k').allowed).toBe(false);
  });
});
