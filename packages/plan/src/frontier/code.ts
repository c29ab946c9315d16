import type { BucketPolicy } from '@breaking/core';

interface Period {
  readonly secs: number;
  readonly code: string;
  readonly text: string;
}

const PERIODS: readonly Period[] = [
  { secs: 1, code: 'perSecond', text: 'a second' },
  { secs: 60, code: 'perMinute', text: 'a minute' },
  { secs: 3600, code: 'perHour', text: 'an hour' },
  { secs: 86_400, code: 'perDay', text: 'a day' },
];

/** The shortest period in which at least one token returns, and how many return in it. */
function spoken(restoreRateHz: number): { readonly n: number; readonly period: Period } {
  const period = PERIODS.find(({ secs }) => restoreRateHz * secs > 1 - 1e-9) ?? (PERIODS.at(-1) as Period);
  return { n: Number((restoreRateHz * period.secs).toPrecision(12)), period };
}

/** A policy as code: `perMinute(10, { burst: 25 })`, or an object if no function of core gives its rate. */
export function policyCode({ capacityMax, restoreRateHz }: BucketPolicy): string {
  const { n, period } = spoken(restoreRateHz);
  if (n / period.secs !== restoreRateHz)
    return `{ capacityMax: ${capacityMax}, restoreRateHz: ${restoreRateHz} }`;
  return `${period.code}(${n}, { burst: ${capacityMax} })`;
}

/** A rate in words: `10 a minute`. */
export function rateText(restoreRateHz: number): string {
  const { n, period } = spoken(restoreRateHz);
  return `${Number(n.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 })} ${period.text}`;
}
