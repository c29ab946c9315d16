import { type BucketPolicy, perDay, perHour, perMinute, perSecond } from '@breaking/core';
import { check, LARGEST_CAPACITY } from '@breaking/core/internal';

const FUNCTIONS = { perSecond, perMinute, perHour, perDay };
const CALL =
  /^(perSecond|perMinute|perHour|perDay)\(\s*([\d._e+-]+)\s*(?:,\s*\{\s*burst\s*:\s*([\d._e+-]+)\s*,?\s*\}\s*)?\)$/;

const PARTS = /^(?:\{(.*)\}|([^{}]*))$/;

/**
 * A policy from text: `perMinute(10, { burst: 25 })`, or `restoreRateHz=0.5,capacityMax=10`, or the object that is suggested
 * if no function gives the rate: `{ capacityMax: 10, restoreRateHz: 0.3 }`. The text is parsed, never evaluated.
 * @throws Error that says what is wrong with it
 */
export function policyOf(text: string): BucketPolicy {
  const [, name, n = '', burst] = CALL.exec(text.trim()) ?? [];
  if (name !== undefined) {
    const options = burst === undefined ? {} : { burst: asNumber(burst) };
    return FUNCTIONS[name as keyof typeof FUNCTIONS](asNumber(n), options);
  }
  const [, object, list = object ?? ''] = PARTS.exec(text.trim()) ?? [];
  const parts = list.split(',').map(part => part.split(/[=:]/).map(each => each.trim()) as [string, string]);
  const { restoreRateHz, capacityMax } = Object.fromEntries(parts);
  if (parts.length !== 2 || !restoreRateHz || !capacityMax) {
    const forms =
      'perSecond, perMinute, perHour or perDay(N, { burst: B }), or restoreRateHz=R,capacityMax=B';
    throw new Error(`it must be ${forms}`);
  }
  return {
    restoreRateHz: check.positive('restoreRateHz', asNumber(restoreRateHz)),
    capacityMax: check.whole('capacityMax', asNumber(capacityMax), 1, LARGEST_CAPACITY),
  };
}

function asNumber(text: string): number {
  const number = numberOf(text);
  if (Number.isNaN(number)) throw new Error(`"${text}" is not a number`);
  return number;
}

function numberOf(text: string): number {
  return text === '' ? Number.NaN : Number(text.replaceAll('_', ''));
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 };
const RATE = /^([\d._e+-]+)(?:\/(?:(s|sec|second|m|min|minute|h|hour|d|day)|([\d.]+)))?$/;

/**
 * A rate from text, in tokens a second: `0.5`, `1/60`, `10/s`, `10/min`, `5/h`, `1/day`.
 * @returns NaN if the text is not a rate
 */
export function rateOf(text: string): number {
  const [, n = '', unit, secs = '1'] = RATE.exec(text.trim()) ?? [];
  return numberOf(n) / (unit === undefined ? Number(secs) : UNITS[unit[0] as keyof typeof UNITS]);
}
