import { SLOT_SECS } from './recentRate.js';

/** The time that a rate on the page is the mean of: whoever looks at single slots sees noise. */
export const MEAN_SECS = 10;
export const MEAN_SLOTS = MEAN_SECS / SLOT_SECS;

/**
 * How often something happened a second, over ten seconds.
 * @param perSecond the rates of slots, the oldest first; what stands before them was zero
 * @param countedForSecs what was before that is not known, and no part of the mean
 * @param end the slot after the last one of the mean
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
