import { SLOT_SECS } from './recentRate.js';

/** Rates on the page are means over this time, since single slots are noisy. */
export const MEAN_SECS = 10;
export const MEAN_SLOTS = MEAN_SECS / SLOT_SECS;

/**
 * How often something happened per second, over ten seconds.
 * @param perSecond the rates of slots, the oldest first; earlier slots were zero
 * @param countedForSecs how long counting has lasted; the time before is not part of the mean
 * @param end the slot after the last slot of the mean
 */
export function recentMean(
  perSecond: readonly number[],
  countedForSecs: number,
  end: number = perSecond.length,
): number {
  const slots = Math.min(MEAN_SLOTS, Math.max(1, Math.floor(countedForSecs / SLOT_SECS)));
  return (
    perSecond.slice(Math.max(0, end - slots), Math.max(0, end)).reduce((sum, rate) => sum + rate, 0) / slots
  );
}
