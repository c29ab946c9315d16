import type { Decision, Reservation, Reservations } from '@breaking/core';
import { expect } from 'vitest';

/**
 * How far the debts of the two stores may be apart, in tokens. One store counts time in seconds as doubles, the other in
 * microseconds; that makes 4e-7 at most here. A decision hides a debt below 0.001.
 */
const ROUNDING = 0.001 + 1e-6;

// `expect` takes longer than the decision that it compares, so it is only asked about what is wrong.

export function same(actual: unknown, expected: unknown, where: string): void {
  if (!Object.is(actual, expected)) expect(actual, where).toBe(expected);
}

function less(actual: number, bound: number, where: string): void {
  if (!(actual < bound)) expect(actual, where).toBeLessThan(bound);
}

/** Seconds that differ by the rounding to microseconds alone, of a few operations. */
export function near(actual: number | undefined, expected: number | undefined, where: string): void {
  if (expected === undefined || expected === Infinity) same(actual, expected, where);
  else less(Math.abs((actual ?? NaN) - expected), 1e-4, where);
}

export function sameReservations(actual: Reservations, expected: Reservations, where: string): void {
  near(actual.movedSecs, expected.movedSecs, where);
  near(actual.blockedUntil, expected.blockedUntil, where);
  same(actual.made?.length, expected.made?.length, where);
  actual.made?.forEach(({ decision, at }, i) => {
    const other = expected.made?.[i] as Reservation;
    sameDecisions(decision, other.decision, where);
    near(at, other.at, where);
  });
}

export function sameDecisions(actual: Decision, expected: Decision, where: string): void {
  same(actual.allowed, expected.allowed, where);
  same(actual.blocked, expected.blocked, where);
  near(actual.retryAfterSecs, expected.retryAfterSecs, where);
  less(Math.max(...apart(expected, actual)), ROUNDING, where);
}

/** How far the debts of two decisions on the same limits are apart. */
function apart(a: Decision, b: Decision): readonly number[] {
  const debtsOf = ({ limits }: Decision) =>
    limits.map(limit => limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz);
  const others = debtsOf(b);
  return debtsOf(a).map((debt, i) => Math.abs(debt - (others[i] as number)));
}
