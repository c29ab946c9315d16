import { expect, test } from 'vitest';
import { clockTime, duration, nextProbe, number, percent, policy } from '../src/format.js';

test.each([
  [0, '0'],
  [0.254, '0.25'],
  [12.34, '12.3'],
  [1234.5, '1,235'],
])('%d reads %s', (value, text) => {
  expect(number(value)).toBe(text);
});

test.each([
  [-3, '0 s'],
  [0.2, '0 s'],
  [45, '45 s'],
  [60, '1 min'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
  [356_400, '4 d 3 h'],
])('%d seconds read %s', (secs, text) => {
  expect(duration(secs)).toBe(text);
});

test.each([
  [null, 'until it is reset'],
  [0.4, 'the next call is a probe'],
  [75, 'next probe in 1 min 15 s'],
])('an open breaker that waits %d seconds says "%s"', (secs, text) => {
  expect(nextProbe(secs)).toBe(text);
});

test.each([
  [20, 10, '20 at once, then 10 a second'],
  [100, 100 / 60, '100 at once, then 100 a minute'],
  [5, 5 / 60, '5 at once, then 5 a minute'],
  [1000, 1000 / 86_400, '1,000 at once, then 1,000 a day'],
  [3, 1.25, '3 at once, then 75 a minute'],
  [3, Math.PI, '3 at once, then 3.14 a second'],
  [1, 1 / 172_800, '1 at once, then 0.5 a day'],
])('a bucket of %d that regains %d a second reads "%s"', (capacityMax, restoreRateHz, text) => {
  expect(policy(capacityMax, restoreRateHz)).toBe(text);
});

test('a past moment reads as a time of day, with its date if that is not today', () => {
  const now = new Date(2026, 0, 1, 12, 0, 30);

  expect(clockTime(30, now)).toBe(new Date(2026, 0, 1, 12, 0, 0).toLocaleTimeString());
  expect(clockTime(86_400, now)).toContain('2025');
});

test.each([
  [0, '0 %'],
  [0.001, '<1 %'],
  [0.194, '19 %'],
  [1, '100 %'],
])('a share of %d reads "%s"', (share, text) => {
  expect(percent(share)).toBe(text);
});
