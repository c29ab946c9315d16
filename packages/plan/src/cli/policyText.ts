import { type BucketPolicy, perDay, perHour, perMinute, perSecond } from '@breaking/core';

const FUNCTIONS = { perSecond, perMinute, perHour, perDay };
const CALL =
  /^(perSecond|perMinute|perHour|perDay)\(\s*([\d._e+-]+)\s*(?:,\s*\{\s*burst\s*:\s*([\d._e+-]+)\s*,?\s*\}\s*)?\)$/;

/**
 * A policy as text: `perMinute(10, { burst: 25 })`, or `restoreRateHz=0.5,capacityMax=10`. It is parsed, never evaluated.
 * @throws Error that says what is wrong with it
 */
export function policyOf(text: string): BucketPolicy {
  const [, name, n = '', burst] = CALL.exec(text.trim()) ?? [];
  if (name !== undefined) {
    const options = burst === undefined ? {} : { burst: numberOf(burst) };
    return FUNCTIONS[name as keyof typeof FUNCTIONS](numberOf(n), options);
  }
  const parts = new Map(
    text.split(',').map(part => part.split('=').map(each => each.trim()) as [string, string]),
  );
  const [restoreRateHz, capacityMax] = [parts.get('restoreRateHz'), parts.get('capacityMax')];
  if (parts.size !== 2 || !restoreRateHz || !capacityMax) {
    const forms =
      'perSecond, perMinute, perHour or perDay(N, { burst: B }), or restoreRateHz=R,capacityMax=B';
    throw new Error(`it must be ${forms}`);
  }
  // Core's function checks both numbers.
  return perSecond(numberOf(restoreRateHz), { burst: numberOf(capacityMax) });
}

function numberOf(text: string): number {
  return Number(text.replaceAll('_', ''));
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 };
const RATE = /^([\d._e+-]+)(?:\/(?:(s|m|h|d)(?:ec|in|our|ay)?|([\d.]+)))?$/;

/**
 * A rate as text, in tokens a second: `0.5`, `1/60`, `10/s`, `10/min`, `5/h`, `1/day`.
 * @returns NaN for what is none
 */
export function rateOf(text: string): number {
  const [, n = '', unit, secs = '1'] = RATE.exec(text.trim()) ?? [];
  if (n === '') return Number.NaN;
  return numberOf(n) / (unit === undefined ? Number(secs) : UNITS[unit as keyof typeof UNITS]);
}
