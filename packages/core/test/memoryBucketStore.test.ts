import { type Limit, MemoryBucketStore, perDay, perSecond } from '@breaking/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const PER_SECOND: readonly Limit[] = [{ name: 'only', ...perSecond(5) }];
const PER_DAY: readonly Limit[] = [{ name: 'only', ...perDay(5) }];

/** The keys for which the store still has debt. */
function remembered(
  store: MemoryBucketStore,
  keys: readonly string[],
  limits: readonly Limit[],
  now: number,
): string[] {
  return keys.filter(key => (store.peek(key, limits, 1, now).limits[0]?.tokensLeft ?? 0) < 5);
}

const numbered = (prefix: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `${prefix}${from + i}`);

describe('maxKeys', () => {
  test('limits how many keys are kept', () => {
    const store = new MemoryBucketStore({ maxKeys: 100 });
    const keys = numbered('key', 1000);
    for (const key of keys) store.check(key, PER_DAY, 1, 0);
    expect(remembered(store, keys, PER_DAY, 0)).toHaveLength(100);
  });

  test('up to that many keys none is forgotten', () => {
    const store = new MemoryBucketStore({ maxKeys: 100 });
    const keys = numbered('key', 100);
    for (let round = 0; round < 4; round++) for (const key of keys) store.check(key, PER_DAY, 1, round);
    expect(remembered(store, keys, PER_DAY, 4)).toEqual(keys);
    expect(store.check('key50', PER_DAY, 2, 4).allowed).toBe(false);
  });

  test('may be 1', () => {
    const store = new MemoryBucketStore({ maxKeys: 1 });
    store.check('a', PER_DAY, 5, 0);
    expect(store.check('a', PER_DAY, 1, 0).allowed).toBe(false);
    store.check('b', PER_DAY, 5, 0);
    expect(store.check('b', PER_DAY, 1, 0).allowed).toBe(false);
    expect(store.check('a', PER_DAY, 1, 0).allowed).toBe(true);
  });

  test('is 100,000 by default', () => {
    const store = new MemoryBucketStore();
    const keys = numbered('key', 100_100);
    for (const key of keys) store.check(key, PER_DAY, 1, 0);
    expect(remembered(store, keys, PER_DAY, 0)).toHaveLength(100_000);
  });

  test('keys that only looked, were refused or were reset take no room', () => {
    const store = new MemoryBucketStore({ maxKeys: 10 });
    const keys = numbered('key', 10);
    for (const key of keys) store.check(key, PER_DAY, 1, 0);
    for (const key of numbered('other', 1000)) {
      store.peek(key, PER_DAY, 1, 0);
      store.check(key, PER_DAY, 0, 0);
      store.check(key, PER_DAY, 6, 0);
      store.refund(key, PER_DAY, 1, 0);
      store.reset(key);
    }
    expect(remembered(store, keys, PER_DAY, 0)).toEqual(keys);
    store.reset('key3');
    store.check('new', PER_DAY, 1, 0);
    expect(remembered(store, [...keys, 'new'], PER_DAY, 0)).toHaveLength(10);
  });

  test.each<[unknown, ErrorConstructor | RangeErrorConstructor, string]>([
    [{ maxKeys: 0 }, RangeError, 'MemoryBucketStore: maxKeys must be a whole number, at least 1, got 0'],
    [{ maxKeys: 1.5 }, RangeError, 'MemoryBucketStore: maxKeys must be a whole number, at least 1, got 1.5'],
    [
      { maxKeys: Infinity },
      RangeError,
      'MemoryBucketStore: maxKeys must be a whole number, at least 1, got Infinity',
    ],
    [{ maxKeys: '10' }, TypeError, 'MemoryBucketStore: maxKeys must be a number, got "10"'],
    [{ maxKeys: null }, TypeError, 'MemoryBucketStore: maxKeys must be a number, got null'],
    [{ max: 10 }, TypeError, 'MemoryBucketStore: unknown option "max", known options: maxKeys'],
    [10, TypeError, 'MemoryBucketStore: options must be an object, got 10'],
  ])('%o is refused at construction', (options, kind, message) => {
    const make = () => new MemoryBucketStore(options as { maxKeys: number });
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });
});

describe('keys that are forgotten', () => {
  test('a flood of new keys does not free a blocked key', () => {
    const store = new MemoryBucketStore({ maxKeys: 1000 });
    const blocked = numbered('blocked', 20);
    for (const key of blocked) store.check(key, PER_DAY, 5, 0);
    for (const key of numbered('spray', 20_000)) store.check(key, PER_DAY, 1, 0);
    for (const key of blocked) expect(store.check(key, PER_DAY, 1, 0).allowed).toBe(false);
  });

  test('a flood under a short limit does not free a key that is blocked under a long one', () => {
    const store = new MemoryBucketStore({ maxKeys: 1000 });
    store.check('blocked', PER_DAY, 5, 0);
    for (const key of numbered('spray', 20_000)) store.check(key, PER_SECOND, 5, 0);
    expect(store.check('blocked', PER_DAY, 1, 0).allowed).toBe(false);
  });

  test('full buckets are forgotten first, which loses nothing', () => {
    const store = new MemoryBucketStore({ maxKeys: 100 });
    const live = numbered('live', 50);
    for (const key of live) store.check(key, PER_DAY, 1, 0);
    let now = 0;
    for (const key of numbered('short', 5000)) {
      store.check(key, PER_SECOND, 1, now);
      now += 0.01;
    }
    expect(remembered(store, live, PER_DAY, now)).toEqual(live);
  });

  test('up to maxKeys/2 live keys, fewer than 1 % are forgotten, in whatever order keys come and go', () => {
    const aSeed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(aSeed, fc.constantFrom(100, 500, 1000), (seed, maxKeys) => {
        const store = new MemoryBucketStore({ maxKeys });
        let state = seed;
        const random = () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          return state / 2 ** 32;
        };
        // Each key lives for a second after its only check, and half of maxKeys arrive within a second.
        const perStep = 1 / (maxKeys / 2);
        const brief: readonly Limit[] = [{ name: 'only', capacityMax: 5, restoreRateHz: 1 }];
        let now = 0;
        let forgotten = 0;
        const total = maxKeys * 6;
        const started: number[] = [];
        for (let i = 0; i < total; i++) {
          now += perStep * 2 * random();
          started.push(now);
          store.check(`key${i}`, brief, 1, now);
          const seen = Math.floor(i - random() * Math.min(i, maxKeys / 2));
          const isLive = now - (started[seen] as number) < 0.99;
          if (isLive && store.peek(`key${seen}`, brief, 5, now).allowed) forgotten++;
        }
        expect(forgotten).toBeLessThan(total / 100);
      }),
      { seed: 20_240_229, numRuns: 12 },
    );
  });

  test('fewer than 1 % of long-lived keys are forgotten under turnover, though they lie in one run of slots', () => {
    const maxKeys = 1000;
    const store = new MemoryBucketStore({ maxKeys });
    let now = 0;
    const longLived = numbered('long', maxKeys / 2 - 20);
    for (const key of longLived) store.check(key, PER_DAY, 1, now);
    let forgottenShort = 0;
    for (let round = 0; round < 200; round++) {
      // 20 keys live at a time, each until its one token has returned.
      const shortLived = numbered('short', 20, round * 20);
      for (const key of shortLived) store.check(key, PER_SECOND, 1, now);
      now += 0.1;
      forgottenShort += 20 - remembered(store, shortLived, PER_SECOND, now).length;
      now += 0.2;
    }
    expect(longLived.length - remembered(store, longLived, PER_DAY, now).length).toBeLessThan(
      longLived.length / 100,
    );
    expect(forgottenShort).toBeLessThan((200 * 20) / 100);
  });

  test('long-lived keys stay when they are touched again and again amid turnover', () => {
    const maxKeys = 500;
    const store = new MemoryBucketStore({ maxKeys });
    const longLived = numbered('long', 200);
    const slow: readonly Limit[] = [{ name: 'only', capacityMax: 1000, restoreRateHz: 0.01 }];
    let now = 0;
    for (let round = 0; round < 100; round++) {
      for (const key of longLived) store.check(key, slow, 1, now);
      for (const key of numbered('short', 50, round * 50)) store.check(key, PER_SECOND, 1, now);
      now += 1;
    }
    const kept = longLived.filter(key => (store.peek(key, slow, 1, now).limits[0]?.tokensLeft ?? 0) <= 901);
    expect(longLived.length - kept.length).toBeLessThan(longLived.length / 100);
  });
});

describe('the limits of one key', () => {
  const one = (name: string): readonly Limit[] => [{ name, ...perDay(5) }];

  test('names that requests make up do not pile up', () => {
    const store = new MemoryBucketStore();
    const names = numbered('made up ', 2000);
    for (const name of names) store.check('key', one(name), 1, 0);
    const kept = names.filter(name => store.peek('key', one(name), 5, 0).allowed === false);
    expect(kept.length).toBeLessThan(100);
    expect(kept).toContain('made up 1999');
  });

  test('made-up names displace no limit that is used with them', () => {
    const store = new MemoryBucketStore();
    for (let i = 0; i < 500; i++) {
      store.check('key', [...one('fixed'), { name: `made up ${i}`, ...perDay(500) }], i < 5 ? 1 : 0, 0);
      expect(
        store.check('key', [...one('fixed'), { name: `made up ${i}`, ...perDay(500) }], 1, 0).allowed,
      ).toBe(i < 2);
    }
  });

  test('all limits of a request are kept, however many', () => {
    const store = new MemoryBucketStore();
    const limits = numbered('limit ', 300).map(name => ({ name, ...perDay(2) }));
    expect(store.check('key', limits, 2, 0).allowed).toBe(true);
    expect(store.check('key', limits, 1, 0).violated).toHaveLength(300);
  });
});

describe('no timers', () => {
  test('nothing keeps the process alive, or runs by itself', () => {
    const before = process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
    const store = new MemoryBucketStore({ maxKeys: 10 });
    for (const key of numbered('key', 100)) store.check(key, PER_SECOND, 1, 0);
    expect(process.getActiveResourcesInfo().filter(kind => kind === 'Timeout')).toHaveLength(before);
  });
});
