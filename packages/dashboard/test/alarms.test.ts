import { expect, test } from 'vitest';
import { alarms } from '../src/alarms.js';
import type { RateLimitView } from '../src/snapshot.js';
import type { CircuitBreakerView } from '../src/views/breakers.js';

function told(rateLimits: readonly RateLimitView[], circuitBreakers: readonly CircuitBreakerView[] = []) {
  return alarms({ countedForSecs: 60, rateLimits, circuitBreakers, concurrencyLimits: [] });
}

function limit(refused: readonly number[], more: Partial<RateLimitView> = {}): RateLimitView {
  return { name: 'api', limits: [], perSecond: { allowed: [], refused, wouldRefuse: [] }, ...more };
}

test('nothing is wrong where nothing is refused, open or failing', () => {
  const closed = { name: 'pay', states: { closed: 2, open: 0, halfOpen: 0 }, breakers: [] };
  expect(told([limit([0, 4, 0, 0, 0, 0, 0])], [closed])).toEqual([]);
});

test('a limit that refuses says how often, since when, and whom most', () => {
  const keys = [{ id: '1', key: 'ip:192.0.2.*', count: 9, error: 0 }];
  expect(told([limit([0, 0, 5, 0, 0, 5, 5], { refusedKeys: keys })])).toEqual([
    { name: 'api', what: 'refuses 3 a second', forSecs: 10, more: 'most often ip:192.0.2.*' },
  ]);
});

test('refusals with ten seconds without any between them are not one stretch', () => {
  expect(told([limit([5, 0, 0, 0, 0, 0, 5])])[0]?.forSecs).toBe(2);
});

test.each([
  [{ closed: 0, open: 1, halfOpen: 0 }, 8, 'is open', 'next probe in 8 s'],
  [{ closed: 0, open: 1, halfOpen: 0 }, null, 'is open', 'until it is reset'],
  [{ closed: 0, open: 0, halfOpen: 1 }, 0, 'is half open', 'a probe is under way'],
  [{ closed: 5, open: 1, halfOpen: 1 }, 8, 'is open for 2 of 7 keys', '#1a2b'],
])('a breaker in the states %o says what it waits for', (states, retryAfterSecs, what, more) => {
  const breaker = { key: '#1a2b', state: 'open', retryAfterSecs, forSecs: 12, strip: [] } as const;
  const view = { name: 'pay', states, breakers: [breaker] };
  expect(told([], [view])).toEqual([{ name: 'pay', what, forSecs: 12, more }]);
});

test('a store that fails stands above refusals, and a breaker above both', () => {
  const store = { errors: 3, error: 'ECONNREFUSED', onStoreError: 'local', failingForSecs: 4 } as const;
  const open = { name: 'pay', states: { closed: 0, open: 1, halfOpen: 0 }, breakers: [] };
  expect(told([limit([0, 1], { store })], [open]).map(({ what }) => what)).toEqual([
    'is open',
    'has a store that gives no answer',
    'refuses 0.5 a second',
  ]);
});
