/** The middle value; for an even number of values, the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** The ratio of `theirs` to `ours`, by medians: 2 means that theirs take twice as much. */
export function ratio(theirs: readonly number[], ours: readonly number[]): number {
  return median(theirs) / median(ours);
}

/** The mean of the lowest tenth, at least of one value: the cost when nothing else disturbs the machine. NaN for none. */
export function leastDisturbed(values: readonly number[]): number {
  const lowest = [...values].sort((a, b) => a - b).slice(0, Math.max(1, Math.round(values.length / 10)));
  return lowest.reduce((sum, value) => sum + value, 0) / lowest.length;
}

/** The suffix of metrics for the least disturbed tenth of all chunks. */
const LEAST = ', least disturbed';

export function leastOf(metric: string): string {
  return metric + LEAST;
}

export function isLeast(metric: string): boolean {
  return metric.endsWith(LEAST);
}

/** A metric of many chunks: their median, and their least disturbed tenth. */
export function spread(metric: string, chunks: readonly number[]): Readonly<Record<string, number>> {
  return { [metric]: median(chunks), [leastOf(metric)]: leastDisturbed(chunks) };
}

/**
 * The same for two alternating series: how much more the first takes. Neighbouring values are compared, since they were
 * measured under the same conditions.
 */
export function spreadOver(
  metric: string,
  chunks: readonly number[],
  others: readonly number[],
): Readonly<Record<string, number>> {
  const over = median(chunks.map((value, i) => value - (others[i] as number)));
  return { [metric]: over, [leastOf(metric)]: leastDisturbed(chunks) - leastDisturbed(others) };
}
