import type { Limit } from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { BucketTable } from '../src/store/memory/bucketTable.js';
import { KeyHash } from '../src/store/memory/keyHash.js';
import { MemoryBucketStore } from '../src/store/memory/memoryBucketStore.js';

const SECRET = Int32Array.of(1, 2, 3, 4);
const PER_HOUR = 1 / 3600;

/** Buckets whose hash is the same in every run. */
function buckets(maxKeys: number, hash: KeyHash = new KeyHash('', { words: SECRET })): MemoryBucketStore {
  // biome-ignore lint/complexity/useLiteralKeys: this gives a test access to a private member
  return MemoryBucketStore['over'](new BucketTable(maxKeys), hash);
}

function limits(count: number, capacityMax: number, restoreRateHz: number): readonly Limit[] {
  return Array.from({ length: count }, (_, i) => ({ name: `limit ${i}`, capacityMax, restoreRateHz }));
}

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

type Words = readonly [low: number, high: number];

/** A hash with collisions between keys that normally have none. */
class Meeting extends KeyHash {
  readonly #changed: (low: number, high: number) => Words;

  constructor(changed: (low: number, high: number) => Words) {
    super('', { words: SECRET });
    this.#changed = changed;
  }

  override take(key: string): void {
    super.take('');
    super.take(key);
    [this.low, this.high] = this.#changed(this.low, this.high);
  }
}

describe('keys that collide', () => {
  const five = limits(1, 5, PER_HOUR);

  test('in all 64 bits share their buckets: one may be refused because of the other, neither gets more', () => {
    const shared = buckets(100, new Meeting(() => [7, 7]));
    expect(shared.check('a', five, 3, 0).allowed).toBe(true);
    expect(shared.check('b', five, 3, 0)).toMatchObject({ allowed: false, limits: [{ tokensLeft: 2 }] });
    shared.reset('b');
    expect(shared.check('a', five, 5, 0).allowed).toBe(true);
  });

  test.each<[string, (low: number, high: number) => Words]>([
    ['in the bits that say where a search begins', (low, high) => [low & 0xffff, high]],
    ['in the bits that say which shard', (low, high) => [low & ~0xffff, high]],
    ['in the low word', (_, high) => [-1, high]],
    ['in the high word', low => [low, 0]],
  ])('%s only are kept apart', (_, changed) => {
    const apart = buckets(3000, new Meeting(changed));
    const keys = numbered('key', 3000);
    const owing = (key: string) => 1 + (Number(key.slice(3)) % 5);
    for (const key of keys) apart.check(key, five, owing(key), 0);
    for (const key of keys) {
      expect(apart.peek(key, five, 1, 0).limits[0]?.tokensLeft, key).toBe(5 - owing(key));
    }
    for (const key of keys.filter((_, i) => i % 3 === 0)) apart.reset(key);
    keys.forEach((key, i) => {
      expect(apart.peek(key, five, 1, 0).limits[0]?.tokensLeft).toBe(i % 3 === 0 ? 5 : 5 - owing(key));
    });
  });
});

describe('many limits of one key', () => {
  test.each([1, 4, 20, 64, 300])('%d of them never push each other out, in a store for one key', count => {
    const few = buckets(1);
    const asked = limits(count, 3, PER_HOUR);
    for (const key of ['a', 'b', 'a']) {
      expect(few.check(key, asked, 2, 0).allowed).toBe(true);
      expect(few.check(key, asked, 2, 0).violated).toHaveLength(count);
      expect(few.peek(key, asked, 1, 0).limits.map(each => each.tokensLeft)).toEqual(Array(count).fill(1));
    }
  });

  test('no more than 64 are kept in addition to those of the request, however many names there were', () => {
    const store = buckets(1000);
    const names = limits(300, 5, PER_HOUR);
    for (const limit of names) store.check('a', [limit], 2, 0);
    const kept = names.filter(limit => store.peek('a', [limit], 1, 0).limits[0]?.tokensLeft === 3);
    expect(kept).toHaveLength(65);
  });

  test('maxKeys counts keys: each is kept with all its limits, or forgotten with all', () => {
    const store = buckets(50);
    const asked = limits(20, 5, PER_HOUR);
    const keys = numbered('key', 500);
    for (const key of keys) store.check(key, asked, 2, 0);
    const kept = keys.map(
      key => store.peek(key, asked, 1, 0).limits.filter(each => each.tokensLeft === 3).length,
    );
    expect(kept.filter(count => count === 20)).toHaveLength(50);
    expect(kept.filter(count => count === 0)).toHaveLength(450);
  });

  test('a key is full when the last of its limits is', () => {
    const store = buckets(10);
    const [brief, long] = [limits(1, 5, 1000), [{ name: 'long', capacityMax: 5, restoreRateHz: PER_HOUR }]];
    store.check('blocked', [...brief, ...long], 5, 0);
    for (const key of numbered('spray', 1000)) store.check(key, [...brief, ...long], 1, 0);
    expect(store.check('blocked', long, 1, 0).allowed).toBe(false);
  });

  test('so many buckets that not every slot can begin a search are all kept', () => {
    const store = buckets(200);
    const asked = limits(300, 5, PER_HOUR);
    const keys = numbered('key', 200);
    for (const key of keys) store.check(key, asked, 2, 0);
    for (const key of keys) {
      const left = store.peek(key, asked, 1, 0).limits.map(each => each.tokensLeft);
      expect(new Set(left)).toEqual(new Set([3]));
    }
  });
});

describe('up to maxKeys/2 live keys', () => {
  const cases = [1, 3, 20].flatMap(count =>
    [2, 4, 10, 30, 100, 500].flatMap(maxKeys =>
      [0, 0.5, 0.9].map(longShare => ({ count, maxKeys, longShare })),
    ),
  );

  test.each(cases)(
    'none is forgotten of $maxKeys, with $count limits, $longShare of them long-lived',
    ({ count, maxKeys, longShare }) => {
      const store = buckets(maxKeys);
      const [slow, fast] = [limits(count, 100, 1e-7), limits(count, 100, 1)];
      const longs = numbered('long', Math.floor((maxKeys / 2) * longShare));
      const atOnce = Math.floor(maxKeys / 2) - longs.length;
      for (const key of longs) store.check(key, slow, 1, 0);
      let forgotten = 0;
      // Each of the other keys lives for a second. As many begin within one second as may live at once.
      for (let i = 0; i < 4 * maxKeys + 100; i++) {
        const now = i / atOnce;
        store.check(`brief ${i}`, fast, 1, now);
        const earlier = i - ((i * 7919) % atOnce);
        if (earlier < 0 || now - earlier / atOnce > 0.99) continue;
        if (store.peek(`brief ${earlier}`, fast, 100, now).allowed) forgotten += 1;
      }
      expect(forgotten).toBe(0);
      const end = (4 * maxKeys + 100) / atOnce;
      expect(longs.filter(key => store.peek(key, slow, 100, end).allowed)).toEqual([]);
    },
  );
});

describe('a flood of new keys', () => {
  test('fills the table, and blocked keys stay blocked', () => {
    const maxKeys = 5000;
    const store = buckets(maxKeys);
    const asked = limits(1, 5, PER_HOUR);
    const blocked = numbered('blocked', 100);
    for (const key of blocked) store.check(key, asked, 5, 0);
    const spray = numbered('spray', 100_000);
    spray.forEach((key, i) => void store.check(key, asked, 1, i / 1000));
    expect(blocked.filter(key => store.peek(key, asked, 1, 100).allowed)).toEqual([]);
    const kept = spray.filter(key => !store.peek(key, asked, 5, 100).allowed);
    expect(kept).toHaveLength(maxKeys - blocked.length);
  });

  test('leaves room afterwards: none of the next maxKeys/2 keys is forgotten', () => {
    const store = buckets(1000);
    const asked = limits(1, 5, 1);
    for (const key of numbered('spray', 20_000)) store.check(key, asked, 1, 0);
    const keys = numbered('key', 500);
    for (const key of keys) store.check(key, asked, 1, 1.1);
    expect(keys.filter(key => store.peek(key, asked, 5, 1.1).allowed)).toEqual([]);
  });
});

describe('time', () => {
  const asked = limits(1, 5, 1);

  test('that steps back for one key changes nothing for its neighbours', () => {
    const store = buckets(10);
    for (const key of ['a', 'b', 'c']) store.check(key, asked, 5, 1000);
    for (const key of numbered('other', 5)) store.check(key, asked, 1, 0);
    expect(store.peek('a', asked, 1, 1002).limits[0]?.tokensLeft).toBe(2);
  });

  test.each([Number.NaN, Infinity, -Infinity])(
    'that is %d locks no key: it counts on from the next number',
    wrong => {
      const store = buckets(10);
      store.check('key', asked, 3, 1000);
      store.check('key', asked, 1, wrong);
      store.peek('key', asked, 1, 1001);
      expect(store.peek('key', asked, 5, 1006).allowed).toBe(true);
      expect(store.check('key', asked, 5, 1006).allowed).toBe(true);
      expect(store.check('key', asked, 1, 1006).allowed).toBe(false);
      expect(store.peek('key', asked, 5, 1011).allowed).toBe(true);
    },
  );
});
