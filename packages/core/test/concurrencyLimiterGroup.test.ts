import { ConcurrencyLimiterGroup, type ConcurrencyLimiterGroupOptions } from '@breaking/core';
import { describe, expect, test } from 'vitest';

function groupOf(options: Partial<ConcurrencyLimiterGroupOptions> = {}) {
  return new ConcurrencyLimiterGroup({ limit: 1, ...options });
}

describe('get', () => {
  test('returns one limiter per key, the same each time, which counts separately', () => {
    const group = groupOf();
    group.get('a').tryAcquire();
    expect(group.get('a')).toBe(group.get('a'));
    expect(group.get('a').tryAcquire()).toBeUndefined();
    expect(group.get('b').tryAcquire()).toBeDefined();
    expect(group.get().tryAcquire()).toBeDefined();
  });

  test('keys are any string, never property names; no string is the same key as undefined', () => {
    const group = groupOf();
    const keys = ['__proto__', 'constructor', '', 'undefined', '\ud800', '日本'];
    expect(new Set([undefined, ...keys].map(key => group.get(key))).size).toBe(keys.length + 1);
    expect([undefined, ...keys].map(key => group.get(key).key)).toEqual([undefined, ...keys]);
  });

  test('long keys are digested, and stay apart', () => {
    const group = groupOf();
    const [a, b] = ['a'.repeat(100_000), `${'a'.repeat(99_999)}b`];
    expect(group.get(a)).toBe(group.get(a));
    expect(group.get(a)).not.toBe(group.get(b));
    expect(group.get(a).key?.length).toBeLessThan(100);
  });

  test('any other key is an error', () => {
    for (const key of [5, null, {}])
      expect(() => groupOf().get(key as never)).toThrow(/key must be a string/);
  });
});

describe('maxKeys', () => {
  test('a limiter without calls under way is forgotten for a new key', () => {
    const group = groupOf({ maxKeys: 2 });
    for (let i = 0; i < 1000; i++) group.get(`spray ${i}`).tryAcquire()?.success();
    expect(group.size).toBe(2);
  });

  test('a limiter with a call under way is never forgotten: the group grows instead, and shrinks again', () => {
    const group = groupOf({ maxKeys: 3 });
    const busy = Array.from({ length: 20 }, (_, i) => group.get(`busy ${i}`).tryAcquire());
    for (let i = 0; i < 1000; i++) group.get(`spray ${i}`);
    expect(busy.every((_, i) => group.get(`busy ${i}`).tryAcquire() === undefined)).toBe(true);
    for (const permit of busy) permit?.success();
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.size).toBe(3);
  });

  test('permits of a forgotten limiter are harmless', () => {
    const group = groupOf({ maxKeys: 1 });
    const kept = group.get('a');
    for (let i = 0; i < 10; i++) group.get(`spray ${i}`);
    kept.tryAcquire()?.success();
    expect([kept.inFlight, group.get('a').inFlight]).toEqual([0, 0]);
  });
});

test('entries and size include the limiters that were requested, and make none', () => {
  const group = groupOf();
  expect([[...group.entries()], group.size]).toEqual([[], 0]);
  const a = group.get('a');
  const keyless = group.get();
  expect([...group.entries()]).toEqual([
    [undefined, keyless],
    ['a', a],
  ]);
  expect(group.size).toBe(2);
});

test('a group has the name of its limiters, and the total of calls under way', () => {
  const group = groupOf({ name: 'tenants', limit: 2 });
  for (const key of ['a', 'a', 'b', undefined]) group.get(key).tryAcquire();
  expect([group.name, group.inFlight]).toEqual(['tenants', 4]);
  expect(groupOf().name).toBe('default');
});

test('options are checked at construction', () => {
  expect(() => groupOf({ maxKeys: 0 })).toThrow(/ConcurrencyLimiterGroup: maxKeys must be a whole number/);
  expect(() => groupOf({ limit: 0 })).toThrow(/ConcurrencyLimiterGroup: limit must be/);
  expect(() => groupOf({ key: 'a' } as never)).toThrow(/unknown option "key"/);
});
