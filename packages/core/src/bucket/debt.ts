/**
 * All the arithmetic of a bucket, as pure functions with the time as an argument.
 *
 * The state of a bucket is its debt, the tokens that are missing to a full bucket, and the moment `at` of that debt.
 * Debt drains by itself at `restoreRateHz`. A bucket without debt is full, and is the same as no bucket at all.
 */

/**
 * A bucket gives `n` tokens even if it has up to this much less. So a caller that waits exactly `secondsUntil(n)` gets
 * its tokens in spite of rounding, at rates up to 1,000,000 per second and after a month of uptime. Tokens given on
 * slack are stored as debt, so the slack never adds up.
 */
export const SLACK = 0.001;

/**
 * Moments that differ by at most this many seconds count as the same. It is more than the rounding of a year in
 * seconds, and less than the resolution of any clock.
 */
export const SAME_MOMENT_SECS = 1e-8;

/** The debt that is left at `now`. If the clock stepped back (`at` > `now`), nothing drains. */
export function debtAt(debt: number, at: number, now: number, restoreRateHz: number): number {
  return now > at ? Math.max(0, debt - (now - at) * restoreRateHz) : debt;
}

/**
 * Debt, limited to what a bucket of this capacity can owe. So a lowered limit refuses no key for longer than its new
 * refill time.
 * @param reservable tokens that callers who wait may owe beyond the capacity
 */
export function cappedDebt(debt: number, capacityMax: number, reservable = 0): number {
  return Math.min(debt, capacityMax + SLACK + reservable);
}

/** Whether there are `n` tokens: the one rule of bucket, limiter, breaker, script and headers. There are always 0 tokens. */
export function areThere(capacityMax: number, debt: number, n: number, slack = SLACK): boolean {
  return n === 0 || capacityMax - debt >= n - slack;
}

/** Tokens asked of several buckets: the same number of each, or a number for each of them, in order. */
export type Cost = number | readonly number[];

/** The tokens asked of the bucket at index `i`. */
export function costAt(cost: Cost, i: number): number {
  return typeof cost === 'number' ? cost : (cost[i] as number);
}

/** Whether each of several buckets has the tokens asked of it. */
export function allThere(
  limits: readonly { readonly capacityMax: number }[],
  debts: ArrayLike<number>,
  cost: Cost,
): boolean {
  for (let i = 0; i < limits.length; i++) {
    const { capacityMax } = limits[i] as (typeof limits)[number];
    if (!areThere(capacityMax, debts[i] as number, costAt(cost, i))) return false;
  }
  return true;
}

/** The most whole tokens for which {@link areThere} holds. */
export function wholeTokens(capacityMax: number, debt: number): number {
  const next = Math.floor(capacityMax - debt) + 1;
  return Math.max(0, areThere(capacityMax, debt, next) ? next : next - 1);
}

/** Seconds until there are `n` tokens if nobody takes any: 0 if there are, Infinity if there can never be. */
export function secondsUntilThere(
  capacityMax: number,
  restoreRateHz: number,
  debt: number,
  n: number,
  slack = SLACK,
): number {
  if (areThere(capacityMax, debt, n, slack)) return 0;
  return n > capacityMax ? Infinity : (n - (capacityMax - debt)) / restoreRateHz;
}

/** Whether a block with this much time left still refuses. */
export function isBlock(secs: number): boolean {
  return secs > SLACK;
}

/**
 * Seconds until every limit has the tokens asked of it, if nobody takes any.
 * @param least the shortest wait, such as what is left of a block, or until the turn of the caller ahead
 */
export function secondsUntilAll(
  limits: readonly { readonly capacityMax: number; readonly restoreRateHz: number }[],
  debts: ArrayLike<number>,
  cost: Cost,
  least = 0,
): number {
  let secs = least;
  limits.forEach(({ capacityMax, restoreRateHz }, i) => {
    const debt = debts[i] as number;
    secs = Math.max(secs, secondsUntilThere(capacityMax, restoreRateHz, debt, costAt(cost, i)));
  });
  return secs;
}

/**
 * The debt after `n` tokens are reserved for a caller that waits `waitSecs`. None of the tokens that return until then
 * is left over.
 */
export function reservedDebt(debt: number, waitSecs: number, restoreRateHz: number, n: number): number {
  return Math.max(debt, waitSecs * restoreRateHz) + n;
}

/** The longest wait for a caller with this `maxWaitSecs`, with an allowance for rounding. */
export function longestWait(maxWaitSecs: number): number {
  return maxWaitSecs * (1 + 1e-9);
}
