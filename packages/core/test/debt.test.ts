import { allThere, cappedDebt, debtAt } from '@breaking/core';
import { describe, expect, test } from 'vitest';

describe('debt', () => {
  test.each([
    { debt: 5, at: 10, now: 10, left: 5 },
    { debt: 5, at: 10, now: 11.5, left: 2 },
    { debt: 5, at: 10, now: 12.5, left: 0 },
    { debt: 5, at: 10, now: 1e9, left: 0 },
    { debt: 0, at: 10, now: 11, left: 0 },
    { debt: 5, at: 10, now: 9, left: 5 },
    { debt: 5, at: 10, now: -1e9, left: 5 },
  ])('of $debt at $at is $left at $now, at 2 tokens a second', ({ debt, at, now, left }) => {
    expect(debtAt(debt, at, now, 2)).toBe(left);
  });

  test('counts for at most the capacity and 0.001', () => {
    expect([0, 9.5, 10, 10.001, 1000].map(debt => cappedDebt(debt, 10))).toEqual([
      0, 9.5, 10, 10.001, 10.001,
    ]);
  });
});

describe('tokens', () => {
  const limits = [{ capacityMax: 10 }, { capacityMax: 5 }];

  test.each([
    { debts: [0, 0], n: 5, there: true },
    { debts: [5, 0], n: 5, there: true },
    { debts: [5, 1], n: 5, there: false },
    { debts: [6, 0], n: 5, there: false },
    { debts: [5.0009, 0.0009], n: 5, there: true },
    { debts: [5.0011, 0], n: 5, there: false },
    { debts: [0, 0], n: 6, there: false },
    { debts: [10.001, 5.001], n: 0, there: true },
  ])('$n of 10 and of 5 that owe $debts are all there: $there', ({ debts, n, there }) => {
    expect(allThere(limits, debts, n)).toBe(there);
  });
});
