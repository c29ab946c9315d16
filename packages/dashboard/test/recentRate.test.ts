import { expect, test } from 'vitest';
import { RecentRate } from '../src/counting/recentRate.js';

const latest = (rate: RecentRate, now: number, n: number) => rate.perSecond(now).slice(-n);

test('rates are per second, over complete slots of two seconds', () => {
  const rate = new RecentRate();
  for (const at of [0, 1, 1.9, 2, 5]) rate.add(at);

  expect(latest(rate, 6, 3)).toEqual([1.5, 0.5, 0.5]);
});

test('the current slot is left out', () => {
  const rate = new RecentRate();
  rate.add(0);
  expect(rate.perSecond(1.9)).toEqual([]);
  expect(latest(rate, 2, 1)).toEqual([0.5]);
});

test('the series begins with the first slot that is not zero', () => {
  const rate = new RecentRate();
  rate.add(100);

  expect(rate.perSecond(106)).toEqual([0.5, 0, 0]);
});

test('slots older than ten minutes are dropped', () => {
  const rate = new RecentRate();
  rate.add(0);
  expect(rate.perSecond(598)).toEqual([0.5, ...Array(298).fill(0)]);
  expect(rate.perSecond(600)).toEqual([]);
  expect(rate.perSecond(1e9)).toEqual([]);
});

test('a pause longer than ten minutes drops everything before it', () => {
  const rate = new RecentRate();
  for (let at = 0; at < 600; at++) rate.add(at);
  rate.add(10_000);

  expect(rate.perSecond(10_002)).toEqual([0.5]);
});

test('events count in the latest slot when the clock steps back', () => {
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
