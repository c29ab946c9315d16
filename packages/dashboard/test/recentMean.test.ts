import { expect, test } from 'vitest';
import { recentMean } from '../src/counting/recentMean.js';

test.each([
  ['five slots of two seconds', [9, 1, 2, 3, 4, 5], 60, 3],
  ['what stands before the first rate, which was zero', [5], 60, 1],
  ['the time that is counted, where that is shorter', [4, 2], 5, 3],
  ['one slot at least', [4], 0, 4],
  ['nothing', [], 60, 0],
])('the mean is over %s', (_what, rates, countedForSecs, mean) => {
  expect(recentMean(rates, countedForSecs)).toBe(mean);
});

test('the mean may end at an earlier slot, even before the first rate', () => {
  expect(recentMean([5, 5, 5], 60, 1)).toBe(1);
  expect(recentMean([5, 5, 5], 60, -3)).toBe(0);
});
