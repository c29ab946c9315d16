/** A time of Apache and nginx, such as `17/May/2015:10:05:03 +0000`. */
const CLF = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)/;
/** Its length. */
export const CLF_LENGTH = 26;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @returns Unix time in seconds; NaN if the text is not such a time */
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

/** Larger numbers are milliseconds, microseconds or nanoseconds: as seconds they would be after the year 5000. */
const UNITS = [
  { from: 1e17, perSecond: 1e9 },
  { from: 1e14, perSecond: 1e6 },
  { from: 1e11, perSecond: 1e3 },
];
/** The end of the year 9999. A larger number is not a time. */
const FURTHEST_SECS = 253_402_300_799;
/** Without this check, `Date.parse` would read `request 1` as a time. */
const ISO = /^\d{4}-\d\d/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;

/**
 * A time in JSON: a number since 1970 in any unit, a number as text, ISO 8601 (UTC if it has no zone), or Apache's format.
 * @returns Unix time in seconds; NaN if it is not a time
 */
export function secondsOf(value: unknown): number {
  if (typeof value === 'number') {
    const unit = UNITS.find(({ from }) => value >= from);
    const seconds = unit === undefined ? value : value / unit.perSecond;
    return Math.abs(seconds) <= FURTHEST_SECS ? seconds : Number.NaN;
  }
  if (typeof value !== 'string' || value === '') return Number.NaN;
  const number = Number(value);
  if (!Number.isNaN(number)) return secondsOf(number);
  if (!ISO.test(value)) return clfSeconds(value);
  return Date.parse(WITHOUT_ZONE.test(value) ? `${value}Z` : value) / 1000;
}
