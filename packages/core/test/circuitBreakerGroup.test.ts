import { channel } from 'node:diagnostics_channel';
import {
  CircuitBreakerGroup,
  type CircuitBreakerGroupOptions,
  MockClock,
  type TransitionMessage,
} from '@breaking/core';
import { describe, expect, test } from 'vitest';
import { deferred, FIVE_IN_TEN, fail } from './breakerTools.js';

function groupOf(options: Partial<CircuitBreakerGroupOptions> = {}) {
  const clock = new MockClock(1000);
  return { clock, group: new CircuitBreakerGroup({ ...FIVE_IN_TEN, clock, ...options }) };
}

describe('get', () => {
  test('returns one breaker per key, the same each time', () => {
    const { group } = groupOf();
    expect(group.get('a')).toBe(group.get('a'));
    expect(group.get('a')).not.toBe(group.get('b'));
    group.get('a').trip();
    expect([group.get('a').state, group.get('b').state]).toEqual(['open', 'closed']);
  });

  test('undefined means the breaker without a key, which no string can name', () => {
    const { group } = groupOf();
    expect(group.get(undefined)).toBe(group.get(undefined));
    expect(group.get(undefined).key).toBeUndefined();
    for (const key of ['undefined', '', 'null']) expect(group.get(key)).not.toBe(group.get(undefined));
  });

  test('keys are any string, never property names', () => {
    const { group } = groupOf();
    const keys = ['__proto__', 'constructor', 'toString', '', '\u0000', '\ud800', 'a b', '日本'];
    expect(new Set(keys.map(key => group.get(key))).size).toBe(keys.length);
    for (const key of keys) expect(group.get(key).key).toBe(key);
  });

  test('long keys are digested, and stay apart', () => {
    const { group } = groupOf();
    const [a, b] = ['a'.repeat(100_000), `${'a'.repeat(99_999)}b`];
    expect(group.get(a)).toBe(group.get(a));
    expect(group.get(a)).not.toBe(group.get(b));
    expect(group.get(a).key?.length).toBeLessThan(100);
    expect(group.get(group.get(a).key as string)).not.toBe(group.get(a));
  });

  test('any other key is an error', () => {
    const { group } = groupOf();
    for (const key of [5, null, {}, Symbol('a')]) {
      expect(() => group.get(key as never)).toThrow(/key must be a string/);
    }
  });

  test('messages carry the key', () => {
    const heard: TransitionMessage[] = [];
    const { group } = groupOf({ name: 'upstream', onTransition: message => heard.push(message) });
    group.get('eu').trip();
    group.get(undefined).trip();
    expect(heard).toMatchObject([{ name: 'upstream', key: 'eu' }, { name: 'upstream' }]);
    expect(heard[1]).not.toHaveProperty('key');
    expect(channel('breaking:circuit_breaker:transition').hasSubscribers).toBe(false);
  });
});

describe('maxKeys', () => {
  test('a breaker that is closed and full is forgotten for a new key', () => {
    const { group } = groupOf({ maxKeys: 2 });
    const [a, b] = [group.get('a'), group.get('b')];
    group.get('c');
    const kept = [group.get('a') === a, group.get('b') === b];
    expect(kept).not.toEqual([true, true]);
  });

  test('a breaker that is not closed and full is not forgotten while the group is smaller than twice maxKeys', () => {
    const { group } = groupOf({ maxKeys: 12 });
    const failing = Array.from({ length: 20 }, (_, i) => {
      const breaker = group.get(`failing ${i}`);
      if (i % 2 === 0) breaker.trip();
      else breaker.recordFailure();
      return breaker;
    });
    for (let i = 0; i < 1000; i++) group.get(`spray ${i}`);
    expect(failing.every((breaker, i) => group.get(`failing ${i}`) === breaker)).toBe(true);
  });

  test('a breaker that has closed is kept until its level is reset, so nothing is lost', () => {
    const { group, clock } = groupOf({ maxKeys: 1 });
    const flapping = group.get('flapping');
    flapping.trip();
    clock.advanceBy(2);
    flapping.acquire().success();
    expect(flapping.state).toBe('closed');
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get('flapping')).toBe(flapping);
    clock.advanceBy(10);
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get('flapping')).not.toBe(flapping);
  });

  test('a group never exceeds twice maxKeys, however many keys have failed', () => {
    const { group } = groupOf({ maxKeys: 10 });
    for (let i = 0; i < 1000; i++) fail(group.get(`failing ${i}`));
    expect(group.size).toBe(20);
    expect([...group.entries()]).toHaveLength(20);
  });

  test('beyond twice maxKeys closed ones are forgotten first, the nearest to full before others', () => {
    const { group, clock } = groupOf({ maxKeys: 4 });
    const open = ['open 0', 'open 1', 'open 2', 'open 3'].map(key => group.get(key));
    for (const breaker of open) breaker.trip();
    const failed = [1, 2, 3, 4].map(times => {
      fail(group.get(`failed ${times}`), times);
      return group.get(`failed ${times}`);
    });
    clock.advanceBy(0.1);
    const keys = () => [...group.entries()].map(([key]) => key);
    fail(group.get('new a'), 4);
    expect(keys()).not.toContain('failed 1');
    fail(group.get('new b'), 4);
    expect(keys()).not.toContain('failed 2');
    expect(keys()).toEqual(expect.arrayContaining(['open 0', 'open 1', 'open 2', 'open 3', 'failed 4']));
    for (const breaker of failed.slice(2)) breaker.trip(60);
    for (const key of ['new a', 'new b']) group.get(key).trip(60);
    open[0]?.trip(30);
    open[2]?.trip(70);
    open[3]?.trip(80);
    group.get('new c');
    expect(keys()).not.toContain('open 1');
  });

  test('a group that has grown shrinks again once its breakers are closed and full', () => {
    const { group, clock } = groupOf({ maxKeys: 100 });
    const all = Array.from({ length: 200 }, (_, i) => group.get(`failing ${i}`));
    // No breaker is forgotten while all of them have failed.
    for (const breaker of all) fail(breaker, 4);
    for (let i = 200; i < 400; i++) all.push(group.get(`failing ${i}`));
    for (const breaker of all.slice(200)) fail(breaker, 4);
    const isKept = (breaker: unknown, i: number) => group.get(`failing ${i}`) === breaker;
    clock.advanceBy(1000);
    for (let i = 0; i < 200; i++) group.get(`fresh ${i}`);
    expect(all.filter(isKept).length).toBeLessThanOrEqual(100);
  });

  test('10,000 by default', () => {
    const { group } = groupOf();
    const first = group.get('0');
    for (let i = 1; i < 10_000; i++) group.get(String(i));
    expect(group.get('0')).toBe(first);
    group.get('one more');
    expect(group.get('0')).not.toBe(first);
  });

  test('a breaker with a call under way is not forgotten: how that ends still counts', async () => {
    const { group } = groupOf({ maxKeys: 1, errorThreshold: 2 });
    const permit = group.get('a').acquire();
    const late = deferred<never>();
    const call = group.get('a').run(() => late.promise);
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    permit.failure();
    late.reject(new Error('late'));
    await expect(call).rejects.toThrow('late');
    expect(group.get('a').state).toBe('open');
  });

  test('a clock that fails as a call ends settles that call once: another one under way is not forgotten', async () => {
    let reading = 0;
    const { group } = groupOf({ maxKeys: 1, clock: { secondsSinceEpoch: () => reading } });
    const breaker = group.get('a');
    breaker.acquire();
    breaker.recordFailure();
    const broken = () => {
      reading = Number.NaN;
      throw new Error('broken');
    };
    expect(() => breaker.runSync(broken)).toThrow('clock');
    reading = 1000;
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get('a')).toBe(breaker);
  });

  test('a breaker whose calls are all settled, whichever way, can be forgotten again', () => {
    const { group } = groupOf({ maxKeys: 1 });
    const breaker = group.get('a');
    const permits = Array.from({ length: 4 }, () => breaker.acquire());
    permits[0]?.success();
    permits[1]?.ignore();
    permits[2]?.success();
    permits[2]?.failure();
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get('a')).toBe(breaker);
    permits[3]?.success();
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get('a')).not.toBe(breaker);
  });

  test('permits of a forgotten breaker are harmless', () => {
    const { group } = groupOf({ maxKeys: 1, errorThreshold: 1 });
    const kept = group.get('a');
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    kept.acquire().failure();
    expect([kept.state, group.get('a').state]).toEqual(['open', 'closed']);
  });
});

test('a group has the name of its breakers', () => {
  expect(groupOf({ name: 'shops' }).group.name).toBe('shops');
  expect(groupOf().group.name).toBe('default');
});

describe('entries and size', () => {
  test('contain the keys for which a breaker was requested', () => {
    const { group } = groupOf();
    expect([group.size, [...group.entries()]]).toEqual([0, []]);
    const [a, b] = [group.get('a'), group.get('b')];
    expect([...group.entries()]).toEqual([
      ['a', a],
      ['b', b],
    ]);
    expect(group.size).toBe(2);
  });

  test('the breaker without a key is listed under undefined, once it was requested', () => {
    const { group } = groupOf();
    group.get('a');
    const keyless = group.get();
    expect(group.get(undefined)).toBe(keyless);
    expect([...group.entries()].find(([, breaker]) => breaker === keyless)).toEqual([undefined, keyless]);
    expect(group.size).toBe(2);
  });

  test('the breaker without a key is never forgotten', () => {
    const { group } = groupOf({ maxKeys: 1 });
    const keyless = group.get();
    for (let i = 0; i < 100; i++) group.get(`spray ${i}`);
    expect(group.get()).toBe(keyless);
  });
});

describe('options', () => {
  test('are checked once, not for each key', () => {
    let reads = 0;
    const options = {
      timeWindowSecs: 10,
      get errorThreshold() {
        reads += 1;
        return 5;
      },
    };
    const group = new CircuitBreakerGroup(options);
    const atConstruction = reads;
    for (let i = 0; i < 10; i++) group.get(`key ${i}`);
    expect(reads).toBe(atConstruction);
  });

  test('are checked at construction', () => {
    expect(() => groupOf({ maxKeys: 0 })).toThrow(
      /CircuitBreakerGroup: maxKeys must be a whole number, at least 1, got 0/,
    );
    expect(() => groupOf({ errorThreshold: 0 })).toThrow(/CircuitBreakerGroup: errorThreshold must be/);
    expect(() => groupOf({ key: 'a' } as never)).toThrow(/unknown option "key"/);
    expect(() => new CircuitBreakerGroup(undefined as never)).toThrow(TypeError);
  });
});
