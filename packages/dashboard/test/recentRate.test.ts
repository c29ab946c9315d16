import { expect, test } from 'vitest';
import { RecentRate } from '../src/counting/recentRate.js';

const latest = (rate: RecentRate, now: number, n: number) => rate.perSecond(now).slice(-n);

test('what happened is told a second, in slots of two seconds that are over', () => {
  const rate = new RecentRate();
  for (const at of [0, 1, 1.9, 2, 5]) rate.add(at);

  expect(latest(rate, 6, 3)).toEqual([1.5, 0.5, 0.5]);
});

test('the slot that is not over is not told yet', () => {
  const rate = new RecentRate();
  rate.add(0);
  expect(latest(rate, 1.9, 1)).toEqual([0]);
  expect(latest(rate, 2, 1)).toEqual([0.5]);
});

test('after ten minutes it is forgotten', () => {
  const rate = new RecentRate();
  rate.add(0);
  expect(rate.perSecond(598)[0]).toBe(0.5);
  expect(rate.perSecond(600)).toEqual(Array(299).fill(0));
  expect(rate.perSecond(1e9)).toEqual(Array(299).fill(0));
});

test('a pause longer than ten minutes leaves nothing of before', () => {
  const rate = new RecentRate();
  for (let at = 0; at < 600; at++) rate.add(at);
  rate.add(10_000);

  expect(rate.perSecond(10_002)).toEqual([...Array(298).fill(0), 0.5]);
});

test('a clock that steps back counts in the latest slot', () => {
  const rate = new RecentRate();
  rate.add(100);
  rate.add(50);

  expect(latest(rate, 102, 1)).toEqual([1]);
});

test('a clock may begin before its epoch', () => {
  const rate = new RecentRate();
  rate.add(-3);

  expect(latest(rate, 0, 2)).toEqual([0.5, 0]);
});
