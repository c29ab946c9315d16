/** `17/May/2015:10:05:03 +0000`, as Apache and nginx write a time. */
const CLF = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)/;
/** Its length. */
export const CLF_LENGTH = 26;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @returns Unix time in seconds; NaN for what is no such time */
export function clfSeconds(text: string): number {
  const found = CLF.exec(text);
  if (found === null) return Number.NaN;
  const [, day, month = '', year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = found;
  const monthIndex = MONTHS.indexOf(month);
  if (monthIndex === -1) return Number.NaN;
  const local = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
  );
  const zone = Number(zoneHours) * 3600 + Number(zoneMinutes) * 60;
  return local / 1000 - (sign === '-' ? -zone : zone);
}

/** Numbers from here on are milliseconds, microseconds, nanoseconds: seconds would be after the year 5000. */
const UNITS = [
  { from: 1e17, perSecond: 1e9 },
  { from: 1e14, perSecond: 1e6 },
  { from: 1e11, perSecond: 1e3 },
];

/**
 * A time as logs in JSON have it: a number since 1970 in whatever unit, a number as text, ISO 8601, or Apache's format.
 * @returns Unix time in seconds; NaN for what is none
 */
export function secondsOf(value: unknown): number {
  if (typeof value === 'number') {
    const unit = UNITS.find(({ from }) => value >= from);
    return unit === undefined ? value : value / unit.perSecond;
  }
  if (typeof value !== 'string' || value === '') return Number.NaN;
  const number = Number(value);
  if (!Number.isNaN(number)) return secondsOf(number);
  const iso = Date.parse(value) / 1000;
  return Number.isNaN(iso) ? clfSeconds(value) : iso;
}
