import type { CircuitState } from '@breaking/core';
import { expect, test } from 'vitest';
import { BreakerHistory } from '../src/counting/breakerHistory.js';

/** The history of one breaker, from states and the moments at which they began. */
function historyOf(changes: readonly [at: number, from: CircuitState, to: CircuitState][], key?: string) {
  const history = new BreakerHistory();
  for (const [at, from, to] of changes) {
    history.changed(
      { name: 'pay', ...(key !== undefined && { key }), from, to, reason: 'trip', retryAfterSecs: 1 },
      at,
    );
  }
  return history;
}

test('a breaker that never changed is one segment', () => {
  expect(new BreakerHistory().stripOf('pay', undefined, 'closed', 1000)).toEqual([
    { state: 'closed', fromSecsAgo: 600 },
  ]);
  expect(new BreakerHistory().sinceOf('pay', undefined)).toBeUndefined();
});

test('changes of the last ten minutes divide the strip without gaps', () => {
  const history = historyOf([
    [900, 'closed', 'open'],
    [930, 'open', 'halfOpen'],
    [931, 'halfOpen', 'closed'],
  ]);

  expect(history.stripOf('pay', undefined, 'closed', 1000)).toEqual([
    { state: 'closed', fromSecsAgo: 600 },
    { state: 'open', fromSecsAgo: 100 },
    { state: 'halfOpen', fromSecsAgo: 70 },
    { state: 'closed', fromSecsAgo: 69 },
  ]);
  expect(history.sinceOf('pay', undefined)).toBe(931);
});

test('an older change says since when, and is not in the strip', () => {
  const history = historyOf([[100, 'closed', 'open']]);

  expect(history.stripOf('pay', undefined, 'open', 1000)).toEqual([{ state: 'open', fromSecsAgo: 600 }]);
  expect(history.sinceOf('pay', undefined)).toBe(100);
});

test('breakers with the same name are separated by their keys', () => {
  const history = historyOf([[900, 'closed', 'open']], 'north');

  expect(history.sinceOf('pay', 'north')).toBe(900);
  expect(history.sinceOf('pay', undefined)).toBeUndefined();
  expect(history.sinceOf('pay', 'south')).toBeUndefined();
});

test('a flapping breaker shows its sixty latest changes', () => {
  const flaps = Array.from({ length: 500 }, (_, i): [number, CircuitState, CircuitState] =>
    i % 2 === 0 ? [i, 'closed', 'open'] : [i, 'open', 'closed'],
  );

  expect(historyOf(flaps).stripOf('pay', undefined, 'closed', 500)).toHaveLength(61);
});

test('beyond a thousand breakers, the least recently changed ones are forgotten', () => {
  const history = new BreakerHistory();
  for (let i = 0; i <= 1000; i++) {
    history.changed(
      { name: 'pay', key: `${i}`, from: 'closed', to: 'open', reason: 'trip', retryAfterSecs: 1 },
      i,
    );
  }

  expect(history.sinceOf('pay', '0')).toBeUndefined();
  expect(history.sinceOf('pay', '1')).toBe(1);
  expect(history.sinceOf('pay', '1000')).toBe(1000);
});
