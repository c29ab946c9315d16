import type { Decision, Reservation, Reservations } from '@breaking/core';
import { expect } from 'vitest';

/**
 * How far the debts of the two stores may be apart, in tokens. One store counts time in seconds as doubles, the other in
 * microseconds; that makes 4e-7 at most here. A decision hides a debt below 0.001.
 */
const ROUNDING = 0.001 + 1e-6;

/** Seconds that differ by the rounding to microseconds alone, of a few operations. */
export function near(actual: number | undefined, expected: number | undefined, where: string): void {
  if (expected === undefined || expected === Infinity) expect(actual, where).toBe(expected);
  else expect(Math.abs((actual ?? NaN) - expected), where).toBeLessThan(1e-4);
}

export function sameReservations(actual: Reservations, expected: Reservations, where: string): void {
  near(actual.movedSecs, expected.movedSecs, where);
  near(actual.blockedUntil, expected.blockedUntil, where);
  expect(actual.made?.length, where).toBe(expected.made?.length);
  actual.made?.forEach(({ decision, at }, i) => {
    const other = expected.made?.[i] as Reservation;
    sameDecisions(decision, other.decision, where);
    near(at, other.at, where);
  });
}

export function sameDecisions(actual: Decision, expected: Decision, where: string): void {
  const answer = ({ allowed, blocked }: Decision) => ({ allowed, blocked });
  expect(answer(actual), where).toEqual(answer(expected));
  near(actual.retryAfterSecs, expected.retryAfterSecs, where);
  expect(Math.max(...apart(expected, actual)), where).toBeLessThan(ROUNDING);
}

/** How far the debts of two decisions on the same limits are apart. */
function apart(a: Decision, b: Decision): readonly number[] {
  const debtsOf = ({ limits }: Decision) =>
    limits.map(limit => limit.secondsUntil(limit.capacityMax) * limit.restoreRateHz);
  const others = debtsOf(b);
  return debtsOf(a).map((debt, i) => Math.abs(debt - (others[i] as number)));
}
