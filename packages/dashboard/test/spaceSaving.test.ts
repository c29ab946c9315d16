import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SpaceSaving } from '../src/counting/spaceSaving.js';

function sketchOf(keys: readonly string[], counters: number): SpaceSaving {
  const sketch = new SpaceSaving(counters);
  for (const key of keys) sketch.add(key);
  return sketch;
}

test('counts are exact while there are no more keys than counters', () => {
  expect(sketchOf(['a', 'b', 'a', 'c', 'a', 'b'], 3).top(2)).toEqual([
    { key: 'a', count: 3, error: 0 },
    { key: 'b', count: 2, error: 0 },
  ]);
});

test('a new key takes over the lowest count, which becomes its possible error', () => {
  expect(sketchOf(['a', 'a', 'b', 'c'], 2).top(2)).toEqual([
    { key: 'a', count: 2, error: 0 },
    { key: 'c', count: 2, error: 1 },
  ]);
});

test('a frequent key stays, however many other keys occur once', () => {
  const keys = Array.from({ length: 100_000 }, (_, i) => (i % 20 === 0 ? 'ada' : `spray ${i}`));
  const [first] = sketchOf(keys, 100).top(1);

  expect(first?.key).toBe('ada');
  expect(first?.count).toBeGreaterThanOrEqual(5000);
  expect((first?.count ?? 0) - (first?.error ?? 0)).toBeLessThanOrEqual(5000);
});

test('the true count lies between count − error and count, and no frequent key is missing', () => {
  const stream = fc.array(fc.nat({ max: 30 }).map(String), { maxLength: 400 });
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 12 }), (keys, counters) => {
      const counted = sketchOf(keys, counters).top(counters);
      for (const { key, count, error } of counted) {
        const truth = keys.filter(each => each === key).length;
        expect(truth).toBeLessThanOrEqual(count);
        expect(truth).toBeGreaterThanOrEqual(count - error);
        expect(error).toBeLessThanOrEqual(keys.length / counters);
      }
      for (const key of new Set(keys)) {
        if (keys.filter(each => each === key).length <= keys.length / counters) continue;
        expect(counted.map(each => each.key)).toContain(key);
      }
    }),
    { seed: 20_261_129 },
  );
});
