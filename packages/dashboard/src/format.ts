/** `1,234`, or `0.25` for small numbers, with up to three decimals. */
export function number(value: number): string {
  const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** A share as a whole percentage, `<1 %` if it is small. */
export function percent(share: number): string {
  const percents = Math.round(100 * share);
  return percents === 0 && share > 0 ? '<1 %' : `${percents} %`;
}

/** A duration in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. */
export function duration(secs: number): string {
  const whole = Math.max(0, Math.round(secs));
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  const first = units.findIndex(([, size]) => whole >= size);
  if (first === -1) return '0 s';
  let rest = whole;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, unit] as const;
  });
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** When an open breaker next admits a call. @param retryAfterSecs null if only a reset closes it */
export function nextProbe(retryAfterSecs: number | null): string {
  if (retryAfterSecs === null) return 'until it is reset';
  return Math.round(retryAfterSecs) > 0
    ? `next probe in ${duration(retryAfterSecs)}`
    : 'the next call is a probe';
}

/** The local time so many seconds ago: the time of day, with the date if that may be another day. */
export function clockTime(secsAgo: number, now: Date = new Date()): string {
  const then = new Date(now.getTime() - secsAgo * 1000);
  if (then.toDateString() === now.toDateString()) return then.toLocaleTimeString();
  return then.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** `20 at once, then 5 a minute`: in a unit in which the rate is a whole number, if there is one. */
export function policy(capacityMax: number, restoreRateHz: number): string {
  const units = [
    ['a second', restoreRateHz],
    ['a minute', 60 * restoreRateHz],
    ['an hour', 3600 * restoreRateHz],
    ['a day', 86_400 * restoreRateHz],
  ] as const;
  const isWhole = (rate: number) => rate > 0.5 && Math.abs(rate - Math.round(rate)) < 1e-6 * rate;
  const [unit, rate] =
    units.find(([, rate]) => isWhole(rate)) ?? units.find(([, rate]) => rate >= 1) ?? units[3];
  return `${number(capacityMax)} at once, then ${number(rate)} ${unit}`;
}
