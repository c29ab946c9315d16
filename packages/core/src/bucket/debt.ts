/**
 * The arithmetic of a bucket, all of it: pure, with the time as an argument.
 *
 * The state of a bucket is its debt, the tokens that it is short of full, and the moment `at` at which that was true.
 * Debt drains by itself at `restoreRateHz`; a bucket without debt is full, and is the same as no bucket at all.
 */

/**
 * Tokens by which a bucket may fall short and still give. It makes "wait exactly `secondsUntil(n)`, then take" hold in
 * doubles for rates up to 1,000,000 per second after a month of uptime. What is taken on slack is stored as debt, so it
 * never adds up.
 */
export const SLACK = 0.001;

/**
 * Seconds by which two moments may be apart and be one: more than doubles of a year in seconds are rounded by, and less than
 * any clock tells apart.
 */
export const SAME_MOMENT_SECS = 1e-8;

/** The debt that is left at `now`. A clock that stepped back (`at` > `now`) drains nothing. */
export function debtAt(debt: number, at: number, now: number, restoreRateHz: number): number {
  return now > at ? Math.max(0, debt - (now - at) * restoreRateHz) : debt;
}

/**
 * Debt as a bucket of this capacity counts it. A limit that is lowered refuses no key for longer than its new refill time.
 * @param reservable tokens that may be owed on top of the capacity, to callers that wait
 */
export function cappedDebt(debt: number, capacityMax: number, reservable = 0): number {
  return Math.min(debt, capacityMax + SLACK + reservable);
}

/** Whether `n` tokens are there: the one rule of bucket, limiter, breaker, script and headers. 0 tokens always are. */
export function areThere(capacityMax: number, debt: number, n: number, slack = SLACK): boolean {
  return n === 0 || capacityMax - debt >= n - slack;
}

/** Tokens that are asked of several buckets: so many of each, or a number for each of them, in their order. */
export type Cost = number | readonly number[];

/** What is asked of the bucket at place `i`. */
export function costAt(cost: Cost, i: number): number {
  return typeof cost === 'number' ? cost : (cost[i] as number);
}

/** Whether every one of several buckets has the tokens that it is asked for. */
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

/** Seconds until `n` tokens are there if nobody takes any: 0 when they are, Infinity when they never can be. */
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

/** Whether so much is left of a block that it refuses. */
export function isBlock(secs: number): boolean {
  return secs > SLACK;
}

/**
 * Seconds until every limit has the tokens that it is asked for, if nobody takes any.
 * @param least seconds that pass in any case: what is left of a block, or until the moment of a caller that came first
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

/** The debt after `n` tokens are reserved for a caller that goes on in `waitSecs`. Until then nothing drains unused. */
export function reservedDebt(debt: number, waitSecs: number, restoreRateHz: number, n: number): number {
  return Math.max(debt, waitSecs * restoreRateHz) + n;
}

/** The longest that a caller waits who may wait for `maxWaitSecs`, with room for the rounding of doubles. */
export function longestWait(maxWaitSecs: number): number {
  return maxWaitSecs * (1 + 1e-9);
}
