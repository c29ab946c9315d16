import { expect, test } from 'vitest';
import { expectedCounts } from '../model.js';

const at = (...times: number[]) =>
  times.map(timeSecs => ({ timeSecs, client: 'a', method: 'GET', path: '/' }));

test('five at once are allowed, a sixth is refused, and one more after a second', () => {
  expect(expectedCounts(at(0, 0, 0, 0, 0, 0, 1, 1)).get('a')).toEqual({ allowed: 6, refused: 2 });
});

test("after 20 requests the hour's limit is used up: one more in 180 s, but not in 179", () => {
  const twentySecs = Array.from({ length: 20 }, (_, i) => i);
  // In 19 s, 19/180 of a token has returned.
  expect(expectedCounts(at(...twentySecs, 179)).get('a')).toEqual({ allowed: 20, refused: 1 });
  expect(expectedCounts(at(...twentySecs, 180)).get('a')).toEqual({ allowed: 21, refused: 0 });
});

test('every client has its own buckets', () => {
  const [request] = at(0);
  const counts = expectedCounts(['a', 'b'].flatMap(client => Array(6).fill({ ...request, client })));
  expect(Object.fromEntries(counts)).toEqual({
    a: { allowed: 5, refused: 1 },
    b: { allowed: 5, refused: 1 },
  });
});
