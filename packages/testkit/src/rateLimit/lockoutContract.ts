import { type BucketStore, MemoryBucketStore, MockClock } from '@breaking/core';
import type { HeaderFormat, RateLimitOptions } from '@breaking/http';
import { describe, expect, test } from 'vitest';
import type { AdapterUnderTest } from '../adapterUnderTest.js';
import { serve } from '../served.js';
import { limit, upTo } from './limit.js';

const LOCKOUT = { after: 3, withinSecs: 30, forSecs: 60, backoff: 2 };

/** A store whose methods return promises, as those of a store over a network do. */
function promising(store: MemoryBucketStore): BucketStore {
  return {
    check: async (...args) => store.check(...args),
    peek: async (...args) => store.peek(...args),
    refund: async (...args) => store.refund(...args),
    reset: async key => store.reset(key),
    take: async (...args) => store.take(...args),
    reserve: async (...args) => store.reserve(...args),
    block: async (...args) => store.block(...args),
    strike: async (...args) => store.strike(...args),
  };
}

/** Clients that are refused too often are blocked. */
export function lockoutContract(adapter: AdapterUnderTest): void {
  const locked = async (options: Partial<RateLimitOptions<unknown>> = {}) => {
    const clock = new MockClock(1000);
    const gate = limit({ name: 'api', ...upTo(1), lockout: LOCKOUT, clock, ...options } as never);
    const served = await serve(adapter, { gates: [gate] });
    const statuses = async (requests: number) => {
      const answers: number[] = [];
      for (let i = 0; i < requests; i++) answers.push((await served.get()).status);
      return answers;
    };
    return { clock, served, statuses };
  };

  describe('lockout', () => {
    test.each<[string, BucketStore | undefined]>([
      ['in memory', undefined],
      ['in a store behind promises', promising(new MemoryBucketStore())],
    ])('%s blocks a key at the third refusal, which still is the limit’s own', async (_, store) => {
      const { clock, served, statuses } = await locked({ store });
      expect(await statuses(3)).toEqual([200, 429, 429]);
      const last = await served.get();
      expect(last.headers['retry-after']).toBe('10');
      const blocked = await served.get();
      expect(blocked.status).toBe(429);
      expect(blocked.headers['retry-after']).toBe('60');
      expect(blocked.headers.ratelimit).toBe('"block";r=0;t=60, "api";r=0;t=10');
      expect(blocked.headers['ratelimit-policy']).toBe('"api";q=1;w=10');
      expect(blocked.body).toContain('"violated-policies":["block"]');
      clock.advanceBy(59);
      expect(await statuses(1)).toEqual([429]);
      clock.advanceBy(1);
      expect(await statuses(2)).toEqual([200, 429]);
    });

    test('blocks longer each time, and a refusal by the block itself does not count', async () => {
      const { clock, served, statuses } = await locked();
      await statuses(50);
      clock.advanceBy(60);
      await statuses(4);
      expect((await served.get()).headers['retry-after']).toBe('120');
    });

    test.each<[HeaderFormat, Record<string, string>]>([
      ['draft-7', { ratelimit: 'limit=1, remaining=0, reset=60' }],
      ['draft-6', { 'ratelimit-remaining': '0', 'ratelimit-reset': '60' }],
    ])('is shown in the fields of %s', async (headers, expected) => {
      const { served, statuses } = await locked({ headers });
      await statuses(4);
      expect((await served.get()).headers).toMatchObject(expected);
    });

    test('counts in shadow mode, and blocks no key', async () => {
      const { statuses } = await locked({ enforce: false });
      expect(await statuses(8)).toEqual(Array(8).fill(200));
    });

    test('does not count costs that can never fit', async () => {
      const { clock, statuses } = await locked({ costOf: () => 2 });
      expect(await statuses(5)).toEqual(Array(5).fill(429));
      clock.advanceBy(1);
      expect(await statuses(1)).toEqual([429]);
    });

    test.each<[string, object, string]>([
      ['no number of refusals', { ...LOCKOUT, after: 0 }, 'lockout: after must be a whole number'],
      ['a misspelt option', { ...LOCKOUT, for: 5 }, 'lockout: unknown option "for"'],
      ['a block of no time', { ...LOCKOUT, forSecs: 0 }, 'lockout: forSecs must be > 0'],
      ['blocks that get shorter', { ...LOCKOUT, backoff: 0.5 }, 'lockout: backoff must be >= 1'],
      ['a longest block below the first', { ...LOCKOUT, maxSecs: 5 }, 'lockout: maxSecs must be >= 60'],
    ])('with %s is refused at construction', async (_, lockout, message) => {
      await expect(locked({ lockout: lockout as never })).rejects.toThrow(message);
    });

    test('throws at construction if the store cannot count refusals', async () => {
      const { strike, ...store } = promising(new MemoryBucketStore());
      await expect(locked({ store })).rejects.toThrow('lockout needs a store with a method strike');
    });
  });
}
