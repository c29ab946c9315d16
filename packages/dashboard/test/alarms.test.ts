import { expect, test } from 'vitest';
import { alarms } from '../src/alarms.js';
import type { RateLimitView, Snapshot } from '../src/snapshot.js';

const NOTHING: Snapshot = { countedForSecs: 60, rateLimits: [], circuitBreakers: [], concurrencyLimits: [] };
const told = (views: Partial<Snapshot>) => alarms({ ...NOTHING, ...views });

function limit(refused: readonly number[], more: Partial<RateLimitView> = {}): RateLimitView {
  return { name: 'api', limits: [], perSecond: { allowed: [], refused, wouldRefuse: [] }, ...more };
}

test('there are no alarms without refusals, open breakers and failing stores', () => {
  const closed = { name: 'pay', states: { closed: 2, open: 0, halfOpen: 0 }, breakers: [] };
  expect(told({ rateLimits: [limit([0, 4, 0, 0, 0, 0, 0])], circuitBreakers: [closed] })).toEqual([]);
});

test('a limit that refuses says how often, since when, and which key most', () => {
  const keys = [{ id: '1', key: 'ip:192.0.2.*', count: 9, error: 0 }];
  const rateLimits = [limit([]), limit([0, 0, 5, 0, 0, 5, 5], { refusedKeys: keys })];
  const more = 'most often ip:192.0.2.*';
  expect(told({ rateLimits })).toEqual([
    { kind: 'rateLimits', index: 1, name: 'api', what: 'refuses 3 a second', forSecs: 10, more },
  ]);
});

test('refusals more than ten seconds apart start a new stretch', () => {
  expect(told({ rateLimits: [limit([5, 0, 0, 0, 0, 0, 5])] })[0]?.forSecs).toBe(2);
});

test.each([
  [{ closed: 0, open: 1, halfOpen: 0 }, 8, 'is open', 'next probe in 8 s'],
  [{ closed: 0, open: 1, halfOpen: 0 }, null, 'is open', 'until it is reset'],
  [{ closed: 0, open: 0, halfOpen: 1 }, 0, 'is half open', 'a probe is under way'],
  [{ closed: 5, open: 1, halfOpen: 1 }, 8, 'is open for 2 of 7 keys', '#1a2b and 1 more'],
])('a breaker in the states %o says what it is waiting for', (states, retryAfterSecs, what, more) => {
  const breaker = { key: '#1a2b', state: 'open', retryAfterSecs, forSecs: 12, strip: [] } as const;
  const view = { name: 'pay', states, breakers: [breaker] };
  const found = { kind: 'circuitBreakers', index: 0, name: 'pay', what, forSecs: 12, more };
  expect(told({ circuitBreakers: [view] })).toEqual([found]);
});

test('a failing store is listed above refusals, and a breaker above both', () => {
  const store = { errors: 3, error: 'ECONNREFUSED', onStoreError: 'local', failingForSecs: 4 } as const;
  const open = { name: 'pay', states: { closed: 0, open: 1, halfOpen: 0 }, breakers: [] };
  const views = { rateLimits: [limit([0, 1], { store })], circuitBreakers: [open] };
  expect(told(views).map(({ what }) => what)).toEqual([
    'is open',
    'has a store that gives no answer',
    'refuses 0.2 a second',
  ]);
});

test('a concurrency limit that refuses says how many requests are in flight', () => {
  const limiters = [{ inFlight: 4, limit: 4 }];
  const refused = { perSecond: [0, 5, 5], total: 20 };
  const db = { name: 'db', keys: 1, inFlight: 4, limiters };
  const more = '4 of 4 under way';
  expect(told({ concurrencyLimits: [db] })).toEqual([]);
  expect(told({ concurrencyLimits: [{ ...db, refused }] })).toEqual([
    { kind: 'concurrencyLimits', index: 0, name: 'db', what: 'refuses 2 a second', forSecs: 4, more },
  ]);
});
