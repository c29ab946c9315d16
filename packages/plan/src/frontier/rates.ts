import { perDay, perHour, perMinute, perSecond } from '@breaking/core';
import { check } from '@breaking/core/internal';

/** Tokens a second, from 1 a day to 1,000 a second, as core's functions compute them. */
export const DEFAULT_RATES: readonly number[] = [
  ...[1, 10].map(n => perDay(n)),
  ...[1, 10].map(n => perHour(n)),
  ...[1, 10, 30].map(n => perMinute(n)),
  ...[1, 5, 10, 100, 1000].map(n => perSecond(n)),
].map(policy => policy.restoreRateHz);

/** @throws TypeError or RangeError if it is not a list of rates: finite, > 0 */
export function asRates(what: string, rates: unknown): readonly number[] {
  if (!Array.isArray(rates)) throw new TypeError(`${what} must be an array, got ${check.shown(rates)}`);
  if (rates.length === 0) throw new RangeError(`${what} must name at least one rate, got none`);
  return rates.map(rate => check.positive(what, rate));
}
